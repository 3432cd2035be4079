import { asText, type KindOf } from "../kind.js";

export interface BitsType { readonly kind: "bits"; readonly length: number }

export const bits: KindOf<BitsType> = {
  value: "the digits 0 and 1 as a text of exactly `length`",
  columns: "BIT",
  type: { kind: "bits", length: 4 },
  example: "0101",
  check({ length }) {
    const form = new RegExp(`^[01]{${length}}$`);
    return (value) => typeof value === "string" && form.test(value);
  },
  sortKey: asText,
};
