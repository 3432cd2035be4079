import type { Entity } from "../../../schema/entity.js";
import { heldAs } from "../values/kinds.js";
import { columnName, lookupName, tableName } from "./names.js";

/** A CQL table as it is declared and as `system_schema` describes it. */
export interface Table {
  readonly name: string;
  /** CQL type by column. */
  readonly columns: Readonly<Record<string, string>>;
  readonly partition: readonly string[];
  readonly clustering: readonly Clustering[];
}

export interface Clustering {
  readonly column: string;
  readonly direction: "asc" | "desc";
}

/** A table of an entity. */
export interface EntityTable extends Table {
  /** The fields behind its primary key, partition first. */
  readonly place: readonly string[];
}

/** The column beside a row's fields with the version it was written with, which is also the timestamp of all its cells. */
export const versionColumn = "sluice_version";

/**
 * The tables of an entity: its rows by key, then a full copy of each row per lookup. So a page of a lookup is one slice of one partition.
 * An entry is placed by (`orderBy`, key) in the lookup's direction.
 */
export function tablesOf(of: Entity): readonly [EntityTable, ...EntityTable[]] {
  const columns = Object.freeze({
    ...Object.fromEntries(Object.entries(of.fields).map(([name, field]) => [columnName(name), heldAs(field.type).cql])),
    [versionColumn]: "bigint",
  });
  const rows: EntityTable = { name: tableName(of), columns, partition: of.key.map(columnName), clustering: [], place: of.key };
  const lookups = of.lookups.map((lookup): EntityTable => {
    // A column stands once in a primary key: one that the partition fixes, or that already orders, adds nothing.
    const order = [...new Set([lookup.orderBy, ...of.key])].filter((field) => field !== lookup.by);
    return {
      name: lookupName(of, lookup),
      columns,
      partition: [columnName(lookup.by)],
      clustering: order.map((field) => ({ column: columnName(field), direction: lookup.direction })),
      place: [lookup.by, ...order],
    };
  });
  return [rows, ...lookups];
}

export const progressTable: Table = {
  name: "sluice_progress",
  columns: { pipeline: "text", progress: "text" },
  partition: ["pipeline"],
  clustering: [],
};

export const generationTable: Table = {
  name: "sluice_generation", columns: { number: "bigint", generation: "text" }, partition: ["number"], clustering: [],
};

/** `key` is the text of the key, `key_values` its values as JSON, `change` the change as JSON. */
export const deadLetterTable: Table = {
  name: "sluice_dead_letters",
  columns: {
    entity: "text", key: "text", version: "bigint", parked_at: "timestamp", reason: "text", key_values: "text", change: "text",
  },
  partition: ["entity", "key"],
  clustering: [],
};

export function createTable({ name, columns, partition, clustering }: Table, comment = ""): string {
  const key = [`(${list(partition)})`, ...clustering.map(({ column }) => quoted(column))].join(", ");
  const options = [
    ...(clustering.length > 0 ? [
      `CLUSTERING ORDER BY (${clustering.map((c) => `${quoted(c.column)} ${c.direction.toUpperCase()}`).join(", ")})`,
    ] : []),
    ...(comment ? [`comment = '${comment}'`] : []),
  ];
  return [
    `CREATE TABLE IF NOT EXISTS ${quoted(name)} (`,
    ...Object.entries(columns).map(([column, type]) => `  ${quoted(column)} ${type},`),
    `  PRIMARY KEY (${key})`,
    `)${options.length > 0 ? ` WITH ${options.join(" AND ")}` : ""}`,
  ].join("\n");
}

/** Selects one row at most, with every column. */
export function lookAt({ name, columns }: Table): string {
  return `SELECT ${list(Object.keys(columns))} FROM ${quoted(name)} LIMIT 1`;
}

export function addColumn(table: Table, column: string): string {
  return `ALTER TABLE ${quoted(table.name)} ADD ${quoted(column)} ${table.columns[column]}`;
}

/** Names are always quoted, so that a column may be called `order`. None holds a quote. */
export function quoted(name: string): string {
  return `"${name}"`;
}

export function list(names: readonly string[]): string {
  return names.map(quoted).join(", ");
}

/** The columns that identify a row, partition first. */
export function primaryKey({ partition, clustering }: Table): readonly string[] {
  return [...partition, ...clustering.map(({ column }) => column)];
}

export function equal(columns: readonly string[]): string {
  return columns.map((column) => `${quoted(column)} = ?`).join(" AND ");
}

/** Its parameters are every column in order, then the timestamp. */
export function insertInto({ name, columns }: Table): string {
  const names = Object.keys(columns);
  return `INSERT INTO ${quoted(name)} (${list(names)}) VALUES (${names.map(() => "?").join(", ")}) USING TIMESTAMP ?`;
}

/** Its parameters are the timestamp, then the primary key. */
export function removeFrom(table: Table): string {
  return `DELETE FROM ${quoted(table.name)} USING TIMESTAMP ? WHERE ${equal(primaryKey(table))}`;
}
