import type { KindOf } from "../kind.js";
import { orderedBits } from "./double.js";

export interface FloatType { readonly kind: "float" }

export const float: KindOf<FloatType> = {
  value: "the number whose text is the shortest that names the value of 32 bits: 0.1, not 0.10000000149011612; -0 is 0",
  columns: "FLOAT",
  type: { kind: "float" },
  example: 0.1,
  check: () => (value) => typeof value === "number" && Number.isFinite(value) && !Object.is(value, -0)
    && shortestFloat(Math.fround(value)) === value,
  sortKey: () => (value) => orderedBits(Number(value)),
};

/** The number of the fewest digits that becomes this value of 32 bits when it is rounded to 32 bits. */
export function shortestFloat(exact: number): number {
  if (Number.isInteger(exact) && Math.abs(exact) < 2 ** 24) return exact + 0;
  for (let digits = 1; digits < 9; digits++) {
    const named = Number(exact.toPrecision(digits));
    if (Math.fround(named) === exact) return named;
  }
  return Number(exact.toPrecision(9));
}
