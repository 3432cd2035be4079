import { type Entity, type Lookup, lookupTable } from "../../../schema/entity.js";
import type { FieldType } from "../../../schema/fields.js";
import { wordsVersion } from "../../text/words.js";

/** This file derives every table, index and search index of an entity from its declaration alone. */

/** The column of each row's version. */
export const versionColumn = "sluice_version";

export const quoted = (name: string): string => `"${name}"`;

/** The column that is SQLite's rowid, which the search index and the audit use. A key of one integer is the rowid. */
export function rowidColumn(of: Entity): string {
  const [only, ...others] = of.key.map((name) => of.fields[name]!.type.kind);
  return others.length === 0 && (only === "int64" || only === "int32") ? of.key[0]! : "sluice_rowid";
}

export const [leastRowid, greatestRowid] = [-(2n ** 63n), 2n ** 63n - 1n];

/** Every declared field in its order, as the columns of a SELECT or INSERT. */
export function columnList(of: Entity, prefix = ""): string {
  return Object.keys(of.fields).map((name) => prefix + quoted(name)).join(", ");
}

/** The search index is named by the version of its words, so a reader that makes other terms does not find it. */
export const searchTable = (of: Entity): string => quoted(`sluice_search_${wordsVersion}_${of.table}`);
/** The terms of the search index, one row for each place where they stand. */
export const termTable = (of: Entity): string => quoted(`sluice_terms_${wordsVersion}_${of.table}`);

export function columnType(type: FieldType): "INTEGER" | "TEXT" {
  switch (type.kind) {
    case "int64": case "int32": case "boolean": return "INTEGER";
    // A decimal is kept as its digits: SQLite's numbers are not exact.
    case "decimal": case "string": case "choice": case "date": case "timestamp": return "TEXT";
    default: return type satisfies never;
  }
}

/** No column but the key is NOT NULL: a field declared later is null in older rows until they are copied again. */
export function createTable(of: Entity): string {
  const rowid = rowidColumn(of);
  const columns = Object.entries(of.fields).map(([name, field]) =>
    `${quoted(name)} ${columnType(field.type)}${name === rowid ? " PRIMARY KEY" : of.key.includes(name) ? " NOT NULL" : ""}`);
  const own = rowid in of.fields ? [] : [`${rowid} INTEGER PRIMARY KEY`];
  const unique = rowid in of.fields ? [] : [`UNIQUE (${of.key.map(quoted).join(", ")})`];
  return `CREATE TABLE ${quoted(of.table)} (${[...own, ...columns, `${versionColumn} INTEGER NOT NULL`, ...unique].join(", ")}) STRICT`;
}

/** The columns that order a lookup's entries, each once. */
export function orderOf(of: Entity, lookup: Lookup): readonly string[] {
  return [...new Set([lookup.orderBy, ...of.key])];
}

/** The index that answers each lookup in both directions, by name. */
export function createIndexes(of: Entity): Readonly<Record<string, string>> {
  return Object.fromEntries(of.lookups.map((lookup) => {
    const columns = [...new Set([lookup.by, ...orderOf(of, lookup)])].map(quoted).join(", ");
    return [lookupTable(of, lookup), `CREATE INDEX ${quoted(lookupTable(of, lookup))} ON ${quoted(of.table)} (${columns})`];
  }));
}

/**
 * Creates the search index. It keeps no texts, only the terms that it gets, between spaces, and the column of each.
 * Its tokenizer leaves them as they are: `ascii` takes every other character for a letter (sqlite.org, "FTS5: Ascii Tokenizer").
 */
export function createSearch(of: Entity, name: string): string {
  return `CREATE VIRTUAL TABLE ${name} USING fts5 (${of.search.map(quoted).join(", ")}, content='', contentless_delete=1, detail=column, `
    + "tokenize='ascii')";
}

export function createTerms(of: Entity): string {
  return `CREATE VIRTUAL TABLE ${termTable(of)} USING fts5vocab (${searchTable(of)}, instance)`;
}

/** Drops also what earlier versions made, the first of them without a version in its names. */
export function dropSearch(of: Entity): readonly string[] {
  const versions = ["", ...Array.from({ length: wordsVersion - 1 }, (_, i) => `${i + 2}_`)];
  return versions.flatMap((version) => [
    `sluice_words_${of.table}`, `sluice_terms_${version}${of.table}`, `sluice_search_${version}${of.table}`,
  ])
    .map((name) => `DROP TABLE IF EXISTS ${quoted(name)}`);
}
