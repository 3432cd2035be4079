import { type KindOf, orderedDigits, wholeDigits } from "../kind.js";

export interface SetType { readonly kind: "set"; readonly values: readonly string[] }

export const set: KindOf<SetType> = {
  value: "some of `values` in their order, as MySQL prints them: with a comma between them, the empty text for none",
  columns: "SET",
  type: { kind: "set", values: ["a", "b", "c"] },
  example: "a,c",
  check({ values }) {
    const places = new Map(values.map((value, place) => [value, place]));
    return (value) => {
      if (typeof value !== "string") return false;
      let last = -1;
      return setMembers(value).every((member) => (places.get(member) ?? -1) > last && (last = places.get(member)!) >= 0);
    };
  },
  sortKey: ({ values }) => (value) => orderedDigits(String(setMask(values, String(value))), wholeDigits),
};

/** No member of a SET holds a comma. */
export function setMembers(value: string): readonly string[] {
  return value === "" ? [] : value.split(",");
}

/** The number MySQL orders a set by: a bit for each member. With the 64th it is below zero. */
export function setMask(values: readonly string[], value: string): bigint {
  return BigInt.asIntN(64, setMembers(value).reduce((mask, member) => mask | (1n << BigInt(values.indexOf(member))), 0n));
}
