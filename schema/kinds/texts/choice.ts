import type { KindOf } from "../kind.js";

export interface ChoiceType { readonly kind: "choice"; readonly values: readonly string[] }

export const choice: KindOf<ChoiceType> = {
  value: "one of `values`, or the empty text, which MySQL keeps for a value that was none of them",
  columns: "ENUM",
  type: { kind: "choice", values: ["SALE", "PURCHASE"] },
  example: "SALE",
  check({ values }) {
    const known = new Set<unknown>(["", ...values]);
    return (value) => known.has(value);
  },
  sortKey: ({ values }) => (value) => String(choiceIndex(values, String(value))).padStart(5, "0"),
};

/** The number MySQL gives a member, 0 for the empty text that is none. */
export function choiceIndex(values: readonly string[], value: string): number {
  return values.indexOf(value) + 1;
}
