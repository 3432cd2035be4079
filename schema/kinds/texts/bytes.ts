import { isHex, type KindOf } from "../kind.js";

export interface BytesType { readonly kind: "bytes"; readonly maxLength: number }

export const bytes: KindOf<BytesType> = {
  value: "bytes as lower-case hexadecimal digits, at most `maxLength` bytes",
  columns: "BINARY, VARBINARY, TINYBLOB to LONGBLOB",
  type: { kind: "bytes", maxLength: 16 },
  example: "00ff10",
  check: ({ maxLength }) => (value) => isHex(value) && value.length <= 2 * maxLength,
  // No bytes come after null, whose sort key is the empty text.
  sortKey: () => (value) => `x${String(value)}`,
};
