import { escapeId } from "mysql2";
import type { Connection, ResultSetHeader } from "mysql2/promise";
import type { Row, Table, Value } from "./tables.js";

/** Inserts all these rows, which have the same columns, with one statement. Resolves to the key that the server made for the first. */
export async function insertRows(connection: Connection, { name }: Table, rows: readonly Partial<Row>[]): Promise<string> {
  const first = rows[0];
  if (!first) throw new RangeError("there is no row to insert");
  const columns = Object.keys(first);
  const values = rows.map((row) => columns.map((column) => sqlValue(row[column] ?? null)));
  const [result] = await connection.query<ResultSetHeader>(
    `INSERT INTO ${escapeId(name)} (${columns.map((column) => escapeId(column)).join(", ")}) VALUES ?`, [values]);
  return String(result.insertId);
}

/** Sets these columns of one row. Resolves to 1, or to 0 when there is no such row. */
export async function updateRow(connection: Connection, { name, key }: Table, of: Value, changed: Partial<Row>): Promise<number> {
  const columns = Object.keys(changed);
  const [result] = await connection.query<ResultSetHeader>(
    `UPDATE ${escapeId(name)} SET ${columns.map((column) => `${escapeId(column)} = ?`).join(", ")} WHERE ${escapeId(key)} = ?`,
    [...columns.map((column) => sqlValue(changed[column] ?? null)), of]);
  return result.affectedRows;
}

const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** Writes a moment as MySQL does, without `T` and `Z`: its literals know no `Z`, and Sluice's sessions are in UTC. */
export function sqlValue(value: Value): Value {
  return typeof value === "string" && value.length === 27 && moment.test(value) ? value.replace("T", " ").slice(0, -1) : value;
}
