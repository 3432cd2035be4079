import type { types } from "cassandra-driver";
import type { Entity, Row } from "../../../schema/entity.js";
import type { Value } from "../../../schema/fields.js";
import { setOwn } from "../../../schema/own.js";
import { columnName } from "../tables/names.js";
import { list, quoted } from "../tables/tables.js";
import { columnOf } from "../values/columns.js";

/** A query for whole rows of an entity, from whichever of its tables. */
export interface Select {
  readonly query: string;
  readonly decode: (found: types.Row) => Row;
  readonly pageSize: number;
}

export function selectFrom(of: Entity, table: string, further: readonly string[] = []): Select {
  const columns = Object.keys(of.fields).map(columnName);
  return {
    query: `SELECT ${list([...columns, ...further])} FROM ${quoted(table)}`,
    decode: rowDecoder(of),
    pageSize: pageSizeOf(of),
  };
}

/** Columns are named, never `*`, so that a column added meanwhile does not disturb a prepared statement. */
export function rowDecoder(of: Entity): (found: types.Row) => Row {
  const names = Object.keys(of.fields);
  const columns = names.map(columnName);
  const decoders = names.map((name) => columnOf(of, name).decode);
  return (found) => {
    const row: Record<string, Value> = {};
    for (let i = 0; i < names.length; i++) setOwn(row, names[i]!, decoders[i]!(found[columns[i]!]));
    return row;
  };
}

/** Cassandra counts every null of a whole row as a tombstone, and refuses a page that meets 100,000 (`tombstone_failure_threshold`). */
export function pageSizeOf(of: Entity): number {
  const nullable = Object.values(of.fields).filter((field) => field.nullable).length;
  return Math.max(10, Math.min(2_000, Math.floor(50_000 / (nullable + 1))));
}
