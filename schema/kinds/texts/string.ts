import type { KindOf } from "../kind.js";

export interface StringType { readonly kind: "string"; readonly maxLength: number }

export const string: KindOf<StringType> = {
  value: "a text of at most `maxLength` characters",
  columns: "CHAR, VARCHAR, TINYTEXT to LONGTEXT",
  type: { kind: "string", maxLength: 10 },
  example: "Ltd",
  check: ({ maxLength }) => (value) => typeof value === "string" && !/\p{Surrogate}/u.test(value)
    && (value.length <= maxLength || [...value].length <= maxLength),
  // MySQL orders texts by a collation. Stores order them by code point.
  sortKey: null,
};
