import { escapeId } from "mysql2";
import type { Connection, ResultSetHeader } from "mysql2/promise";
import type { Entity, Fields, Row } from "../schema/entity.js";
import type { Field, Value } from "../schema/fields.js";

/** Inserts all these rows, which have the same fields, with one statement. Resolves to the key that the server made for the first. */
export async function insertRows(connection: Connection, entity: Entity, rows: readonly Partial<Row>[]): Promise<string> {
  const first = rows[0];
  if (!first) throw new RangeError("there is no row to insert");
  const fields = Object.entries(entity.fields as Fields).filter(([name]) => name in first);
  const values = rows.map((row) => fields.map(([name, field]) => sqlValue(field, row[name] ?? null)));
  const [result] = await connection.query<ResultSetHeader>(
    `INSERT INTO ${escapeId(entity.table)} (${fields.map(([name]) => escapeId(name)).join(", ")}) VALUES ?`, [values]);
  return String(result.insertId);
}

/** Sets these fields of one row. Resolves to 1, or to 0 when there is no such row. */
export async function updateRow(connection: Connection, entity: Entity, key: Value, changed: Partial<Row>): Promise<number> {
  const fields = entity.fields as Fields;
  const names = Object.keys(changed);
  const [result] = await connection.query<ResultSetHeader>(
    `UPDATE ${escapeId(entity.table)} SET ${names.map((name) => `${escapeId(name)} = ?`).join(", ")} WHERE ${escapeId(entity.key[0]!)} = ?`,
    [...names.map((name) => sqlValue(fields[name]!, changed[name] ?? null)), key]);
  return result.affectedRows;
}

/** MySQL's literals know no `Z`, and Sluice's sessions are in UTC. */
function sqlValue({ type }: Field, value: Value): Value {
  return type.kind === "timestamp" && typeof value === "string" ? value.slice(0, -1) : value;
}
