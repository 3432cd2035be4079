import type { KindOf } from "../kind.js";

export interface DoubleType { readonly kind: "double" }

export const double: KindOf<DoubleType> = {
  value: "a number of 64 bits; -0 is 0",
  columns: "DOUBLE, REAL",
  type: { kind: "double" },
  example: 0.1,
  check: () => (value) => Number.isFinite(value) && !Object.is(value, -0),
  sortKey: () => (value) => orderedBits(Number(value)),
};

const view = new DataView(new ArrayBuffer(8));

/** The bits of a number are in the order of the numbers, once its sign is turned, or all bits of one below zero. */
export function orderedBits(value: number): string {
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const turned = bits >> 63n === 1n ? bits ^ 0xffff_ffff_ffff_ffffn : bits | (1n << 63n);
  return turned.toString(16).padStart(16, "0");
}
