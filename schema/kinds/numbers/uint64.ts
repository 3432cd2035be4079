import { type KindOf, orderedDigits, wholeDigits } from "../kind.js";

export interface Uint64Type { readonly kind: "uint64" }

export const uint64: KindOf<Uint64Type> = {
  value: "a whole number as a text of its digits, 0 to 2^64-1",
  columns: "BIGINT UNSIGNED",
  type: { kind: "uint64" },
  example: "18446744073709551615",
  check: () => (value) => typeof value === "string" && /^(?:0|[1-9]\d{0,19})$/.test(value)
    && (value.length < 20 || BigInt(value) < 2n ** 64n),
  sortKey: () => (value) => orderedDigits(String(value), wholeDigits),
};
