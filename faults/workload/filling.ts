import { escapeId } from "mysql2";
import type { Entity } from "../../schema/entity.js";
import type { Filled } from "./ledger.js";

const stamp = "2026-01-01T00:00:00.000000Z";

/** Makes rows of one kind under `rows` keys, for a table of a key, texts and timestamps. */
export function filledWith(entity: Entity, from: number, rows: number): Filled {
  const fields = Object.entries(entity.fields);
  const value = (name: string, key: string) => (name === entity.key[0] ? key
    : entity.fields[name]!.type.kind === "timestamp" ? stamp : `${name} ${key}`);
  return {
    table: entity.table, from, rows,
    imageOf: (key) => ({ row: Object.fromEntries(fields.map(([name]) => [name, value(name, key)])), held: true }),
  };
}

/** Writes the same rows as one statement, so that the server makes them. */
export function fillingSql(entity: Entity, { from, rows }: Filled): string {
  const digits =
    "(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 "
      + "UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)";
  const places = Array.from({ length: String(rows - 1).length }, (_, i) => i);
  const n = places.map((i) => `${10 ** i} * t${i}.d`).join(" + ");
  const values = Object.entries(entity.fields).map(([name, { type }]) =>
    name === entity.key[0] ? "n" : type.kind === "timestamp" ? `'${stamp.slice(0, -1)}'` : `CONCAT('${name} ', n)`);
  return `INSERT INTO ${escapeId(entity.table)} (${Object.keys(entity.fields)
    .map((name) => escapeId(name))
    .join(", ")})
    SELECT ${values.join(", ")} FROM (SELECT ${from} + ${n} AS n FROM ${places.map((i) => `${digits} t${i}`).join(" CROSS JOIN ")} WHERE
    ${n} < ${rows}) numbers`;
}
