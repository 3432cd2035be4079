import type { Entity, Lookup } from "../../../schema/entity.js";
import { wordsVersion } from "../../text/words.js";
import { heldAs } from "./kinds.js";
import { columnName, indexName, searchName, tableName } from "./names.js";

/** This file derives every table, index and search index of an entity from its declaration alone. */

/** The column of each row's version. */
export const versionColumn = "sluice_version";

/** No name of this store holds a quote. */
export const quoted = (name: string): string => `"${name}"`;
export const table = (of: Entity): string => quoted(tableName(of));
export const column = (field: string): string => quoted(columnName(field));
export const index = (of: Entity, lookup: Lookup): string => quoted(indexName(of, lookup));

/** The field that is SQLite's rowid, if there is one: a key of one integer. */
export function rowidField(of: Entity): string | null {
  const [only, ...others] = of.key.map((name) => of.fields[name]!.type.kind);
  return others.length === 0 && (only === "int64" || only === "int32") ? of.key[0]! : null;
}

/** The column that is SQLite's rowid, which the search index and the audit use. */
export function rowidColumn(of: Entity): string {
  const field = rowidField(of);
  return field === null ? quoted("sluice_rowid") : column(field);
}

export const [leastRowid, greatestRowid] = [-(2n ** 63n), 2n ** 63n - 1n];

/** Every declared field in its order, as the columns of a SELECT or INSERT. */
export function columnList(of: Entity, prefix = ""): string {
  return Object.keys(of.fields).map((name) => prefix + column(name)).join(", ");
}

/** The search index is named by the version of its words, so a reader that makes other terms does not find it. */
export const searchTable = (of: Entity): string => quoted(`sluice_search_${wordsVersion}_${searchName(of)}`);
/** The terms of the search index, one row for each place where they stand. */
export const termTable = (of: Entity): string => quoted(`sluice_terms_${wordsVersion}_${searchName(of)}`);

/** No column but the key is NOT NULL: a field declared later is null in older rows until they are copied again. */
export function createTable(of: Entity): string {
  const rowid = rowidField(of);
  const columns = Object.entries(of.fields).map(([name, field]) =>
    `${column(name)} ${heldAs(field.type).column}${name === rowid ? " PRIMARY KEY" : of.key.includes(name) ? " NOT NULL" : ""}`);
  const own = rowid !== null ? [] : ["sluice_rowid INTEGER PRIMARY KEY"];
  const unique = rowid !== null ? [] : [`UNIQUE (${of.key.map(column).join(", ")})`];
  return `CREATE TABLE ${table(of)} (${[...own, ...columns, `${versionColumn} INTEGER NOT NULL`, ...unique].join(", ")}) STRICT`;
}

/** The columns that order a lookup's entries, each once. */
export function orderOf(of: Entity, lookup: Lookup): readonly string[] {
  return [...new Set([lookup.orderBy, ...of.key])];
}

/** The index that answers each lookup in both directions, by name. */
export function createIndexes(of: Entity): Readonly<Record<string, string>> {
  return Object.fromEntries(of.lookups.map((lookup) => {
    const columns = [...new Set([lookup.by, ...orderOf(of, lookup)])].map(column).join(", ");
    return [indexName(of, lookup), `CREATE INDEX ${index(of, lookup)} ON ${table(of)} (${columns})`];
  }));
}

/**
 * Creates the search index. It keeps no texts, only the terms that it gets, between spaces, and the column of each.
 * Its tokenizer leaves them as they are: `ascii` takes every other character for a letter (sqlite.org, "FTS5: Ascii Tokenizer").
 */
export function createSearch(of: Entity, name: string): string {
  return `CREATE VIRTUAL TABLE ${name} USING fts5 (${of.search.map(column).join(", ")}, content='', contentless_delete=1, detail=column, `
    + "tokenize='ascii')";
}

export function createTerms(of: Entity): string {
  return `CREATE VIRTUAL TABLE ${termTable(of)} USING fts5vocab (${searchTable(of)}, instance)`;
}

/** Drops also what earlier versions made, the first of them without a version in its names. */
export function dropSearch(of: Entity): readonly string[] {
  const versions = ["", ...Array.from({ length: wordsVersion - 1 }, (_, i) => `${i + 2}_`)];
  return versions.flatMap((version) => [
    `sluice_words_${searchName(of)}`, `sluice_terms_${version}${searchName(of)}`, `sluice_search_${version}${searchName(of)}`,
  ])
    .map((name) => `DROP TABLE IF EXISTS ${quoted(name)}`);
}
