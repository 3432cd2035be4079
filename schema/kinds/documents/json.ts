import type { KindOf } from "../kind.js";

export interface JsonType { readonly kind: "json" }

export const json: KindOf<JsonType> = {
  value: "a JSON document as a text, exactly as MySQL prints it: every digit of its numbers is there",
  columns: "JSON",
  type: { kind: "json" },
  example: "{\"a\": [1, 2.5, null]}",
  check: () => (value) => {
    try {
      JSON.parse(value as string);
      return typeof value === "string";
    } catch {
      return false;
    }
  },
  sortKey: null,
};
