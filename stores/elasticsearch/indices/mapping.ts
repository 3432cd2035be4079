import { isDeepStrictEqual } from "node:util";
import { type Entity, keyValue, ownersOf } from "../../../schema/entity.js";
import type { Field, Value } from "../../../schema/fields.js";
import { own } from "../../../schema/own.js";
import { lengthField } from "../codec.js";
import { heldAs, type Property } from "../kinds.js";
import { documentField, orderField } from "../names.js";

export interface Mapping {
  readonly dynamic: "strict";
  /** What the mapping itself cannot say, although a change of it would make the documents useless. */
  readonly _meta: { readonly key: readonly string[] };
  readonly properties: Readonly<Record<string, Property>>;
}

/**
 * An entity's index. `_source` holds the row exactly; the index types below serve search, order and range: a timestamp
 * has milliseconds there, a decimal is a double.
 * What lists and scopes compare exactly is a keyword or a long. int32 is a long too, so that a
 * column that becomes BIGINT needs no new index.
 * Searches look only into the terms that `codec.ts` adds.
 */
export function mappingOf(of: Entity): Mapping {
  return {
    dynamic: "strict",
    _meta: { key: of.key },
    properties: {
      sluice_key: { type: "keyword" },
      sluice_version: { type: "long" },
      sluice_deleted: { type: "boolean" },
      ...(of.search.length > 0 && { sluice_words: { type: "keyword", doc_values: false } }),
      ...Object.fromEntries(of.search.map((_, place) => [lengthField(place), { type: "long", index: false }])),
      ...Object.fromEntries(Object.entries(of.fields).map(([name, field]) => [documentField(name), propertyOf(of, name, field)])),
      ...orderProperties(of),
    },
  };
}

/** Where the exact value of a field is indexed, for terms. */
export function exactField(of: Entity, name: string): string {
  return propertyOf(of, name, of.fields[name]!).fields ? `${documentField(name)}.exact` : documentField(name);
}

/** Where a field is sorted by. */
export function sortField(of: Entity, name: string): string {
  return heldAs(of.fields[name]!.type).order ? orderField(name) : exactField(of, name);
}

/** The value of a field, or of a part of the key, as lists are sorted by it. */
export function sortValue(of: Entity, name: string, given: Value): Value {
  const { type } = of.fields[name]!, { order } = heldAs(type);
  const value = given === null || typeof given === "boolean" ? given : keyValue(type, given);
  return order ? order(value) : value;
}

/** Finds what no index can follow exactly. */
export function undeclarable(of: Entity): string[] {
  const inexact = of.lookups.filter(({ orderBy }) => {
    const type = of.fields[orderBy]!.type;
    return type.kind === "decimal" && type.precision > 15;
  });
  const unordered = of.lookups.filter(({ orderBy }) => propertyOf(of, orderBy, of.fields[orderBy]!).doc_values === false);
  return [
    ...inexact.map(
      ({ name, orderBy }) => `${of.table}: lookup ${name} is ordered by ${orderBy}, whose more than 15 digits a double cannot order`,
    ),
    ...unordered.map(({ name, orderBy }) =>
      `${of.table}: lookup ${name} is ordered by ${orderBy}, a ${of.fields[orderBy]!.type.kind}, which this store does not order`),
  ];
}

/** Lists what `actual` lacks of `wanted`, and what stands in the way. In an index that is built again, a text may become a keyword. */
export function widening(
  actual: Partial<Mapping>, wanted: Mapping, isRebuilt = false,
): { readonly added: Mapping["properties"]; readonly problems: readonly string[] } {
  const before = actual.properties ?? {};
  const fields = Object.entries(wanted.properties);
  const problems = fields
    .filter(([name, property]) => own(before, name) && !isDeepStrictEqual(before[name], property)
      && !(isRebuilt && isText(before[name]!) && isText(property)))
    .map(([name, property]) => `${name} is ${brief(before[name]!)} there and ${brief(property)} in the catalog`);
  const key = actual._meta?.key;
  if (!isDeepStrictEqual(key, wanted._meta.key)) problems
    .unshift(`its key is (${key?.join(", ") ?? "unknown"}) there and (${wanted._meta.key.join(", ")}) in the catalog`);
  return { added: Object.fromEntries(fields.filter(([name]) => !own(before, name))), problems };
}

function propertyOf(of: Entity, name: string, { type }: Field): Property {
  return heldAs(type).property({ isCompared: comparedExactly(of).has(name), isSearched: of.search.includes(name) });
}

/** The fields that sort what no type of this store sorts as MySQL does. */
function orderProperties(of: Entity): Mapping["properties"] {
  return Object.fromEntries(Object.entries(of.fields).filter(([, { type }]) => heldAs(type).order)
    .map(([name]) => [orderField(name), { type: "keyword" }]));
}

function comparedExactly(of: Entity): ReadonlySet<string> {
  const owners = ownersOf(of).flatMap((owner) => (owner.kind === "field" ? [owner.field] : []));
  return new Set([...of.key, ...owners, ...of.lookups.flatMap(({ by, orderBy }) => [by, orderBy])]);
}

function isText({ type }: Property): boolean {
  return type === "text" || type === "keyword";
}

function brief({ type, fields, ignore_above }: Property): string {
  return [
    type ?? "object", ignore_above ? `to ${ignore_above}` : "", fields ? `with ${Object.keys(fields).join(", ")}` : "",
  ].filter(Boolean).join(" ");
}
