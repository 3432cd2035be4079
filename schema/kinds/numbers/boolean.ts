import type { KindOf } from "../kind.js";

export interface BooleanType { readonly kind: "boolean" }

export const boolean: KindOf<BooleanType> = {
  value: "true or false",
  columns: "TINYINT(1) and BIT(1), where the catalog says so",
  type: { kind: "boolean" },
  example: true,
  check: () => (value) => typeof value === "boolean",
  sortKey: () => (value) => (value === true || value === "true" ? "1" : "0"),
};
