import { type KindOf, orderedDigits, wholeDigits } from "../kind.js";

export interface Int32Type { readonly kind: "int32" }

export const int32: KindOf<Int32Type> = {
  value: "a whole number of 32 bits with a sign",
  columns: "TINYINT to INT, SMALLINT UNSIGNED, MEDIUMINT UNSIGNED, YEAR",
  type: { kind: "int32" },
  example: 42,
  check: () => (value) => typeof value === "number" && (value | 0) === value && !Object.is(value, -0),
  sortKey: () => (value) => orderedDigits(String(value), wholeDigits),
};
