import { asText, isHex, type KindOf } from "../kind.js";

export interface VectorType { readonly kind: "vector"; readonly dimensions: number }

export const vector: KindOf<VectorType> = {
  value: "at most `dimensions` numbers of 32 bits as lower-case hexadecimal digits, lowest byte first",
  columns: "VECTOR",
  type: { kind: "vector", dimensions: 3 },
  example: "0000803f000000400000c0bf",
  check: ({ dimensions }) => (value) => isHex(value) && value.length > 0 && value.length % 8 === 0 && value.length <= 8 * dimensions,
  sortKey: asText,
};
