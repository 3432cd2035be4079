import { type KindOf, orderedDigits, wholeDigits } from "../kind.js";

export interface Int64Type { readonly kind: "int64" }

export const int64: KindOf<Int64Type> = {
  value: "a whole number as a text of its digits, -2^63 to 2^63-1",
  columns: "INT UNSIGNED, BIGINT",
  type: { kind: "int64" },
  example: "9007199254740993",
  check: () => (value) => typeof value === "string" && /^(?:0|-?[1-9]\d{0,18})$/.test(value)
    && (value.length < 19 || BigInt.asIntN(64, BigInt(value)) === BigInt(value)),
  sortKey: () => (value) => orderedDigits(String(value), wholeDigits),
};
