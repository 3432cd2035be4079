import { asText, isHex, type KindOf } from "../kind.js";

export interface GeometryType { readonly kind: "geometry" }

/** Four bytes of SRID, one of byte order, four of the kind of shape. */
const leastDigits = 18;

export const geometry: KindOf<GeometryType> = {
  value: "MySQL's bytes of a shape as lower-case hexadecimal digits: four bytes of SRID, lowest first, then Well-Known Binary",
  columns: "GEOMETRY, POINT to GEOMETRYCOLLECTION",
  type: { kind: "geometry" },
  example: "e61000000101000000000000000000f03f0000000000000040",
  check: () => (value) => isHex(value) && value.length >= leastDigits,
  sortKey: asText,
};
