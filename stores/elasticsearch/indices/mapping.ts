import { isDeepStrictEqual } from "node:util";
import type { Entity } from "../../../schema/entity.js";
import type { Field } from "../../../schema/fields.js";
import { lengthField } from "../codec.js";

/** A field of an index, as far as this store uses it. */
export interface Property {
  readonly type?: string;
  readonly format?: string;
  readonly ignore_above?: number;
  readonly index?: boolean;
  readonly doc_values?: boolean;
  readonly enabled?: boolean;
  readonly fields?: Readonly<Record<string, Property>>;
}

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
      ...Object.fromEntries(Object.entries(of.fields).map(([name, field]) => [name, propertyOf(of, name, field)])),
    },
  };
}

/** Where the exact value of a field is indexed, for terms and for sorting. */
export function exactField(of: Entity, name: string): string {
  return propertyOf(of, name, of.fields[name]!).fields ? `${name}.exact` : name;
}

/** Finds what no index can follow exactly. */
export function undeclarable(of: Entity): string[] {
  const reserved = Object.keys(of.fields).filter((name) => name.startsWith("sluice_"));
  const inexact = of.lookups.filter(({ orderBy }) => {
    const type = of.fields[orderBy]!.type;
    return type.kind === "decimal" && type.precision > 15;
  });
  return [
    ...reserved.map((name) => `${of.table}.${name}: names that begin with sluice_ are reserved; rename the column`),
    ...inexact.map(
      ({ name, orderBy }) => `${of.table}: lookup ${name} is ordered by ${orderBy}, whose more than 15 digits a double cannot order`,
    ),
  ];
}

/** Lists what `actual` lacks of `wanted`, and what stands in the way. In an index that is built again, a text may become a keyword. */
export function widening(
  actual: Partial<Mapping>, wanted: Mapping, isRebuilt = false,
): { readonly added: Mapping["properties"]; readonly problems: readonly string[] } {
  const before = actual.properties ?? {};
  const fields = Object.entries(wanted.properties);
  const problems = fields
    .filter(([name, property]) => before[name] && !isDeepStrictEqual(before[name], property)
      && !(isRebuilt && isText(before[name]) && isText(property)))
    .map(([name, property]) => `${name} is ${brief(before[name]!)} there and ${brief(property)} in the catalog`);
  const key = actual._meta?.key;
  if (!isDeepStrictEqual(key, wanted._meta.key)) problems
    .unshift(`its key is (${key?.join(", ") ?? "unknown"}) there and (${wanted._meta.key.join(", ")}) in the catalog`);
  return { added: Object.fromEntries(fields.filter(([name]) => !before[name])), problems };
}

// Terms longer than 32,766 bytes make Lucene refuse the document; this many characters never reach that.
const longestTerm = 8191;

function propertyOf(of: Entity, name: string, { type }: Field): Property {
  const exact = comparedExactly(of).has(name) ? { fields: { exact: { type: "keyword" } } } : {};
  switch (type.kind) {
    case "int64": case "int32": return { type: "long" };
    case "decimal": return { type: "double" };
    case "boolean": return { type: "boolean" };
    // `strict_date` would take 30 February and file it under another day.
    case "date": case "timestamp": return { type: "date", format: "strict_date_optional_time", ...exact };
    case "choice": return { type: "keyword" };
    case "string":
      // Searches look into `sluice_words`, and nothing else reads this field.
      if (of.search.includes(name) && !exact.fields) return { type: "keyword", index: false, doc_values: false };
      return exact.fields ? { type: "keyword" } : { type: "keyword", ignore_above: longestTerm };
    default: return type satisfies never;
  }
}

function comparedExactly(of: Entity): ReadonlySet<string> {
  const owner = of.owner.kind === "field" ? [of.owner.field] : [];
  return new Set([...of.key, ...owner, ...of.lookups.flatMap(({ by, orderBy }) => [by, orderBy])]);
}

function isText({ type }: Property): boolean {
  return type === "text" || type === "keyword";
}

function brief({ type, fields, ignore_above }: Property): string {
  return [
    type ?? "object", ignore_above ? `to ${ignore_above}` : "", fields ? `with ${Object.keys(fields).join(", ")}` : "",
  ].filter(Boolean).join(" ");
}
