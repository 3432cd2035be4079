import type { Entity } from "../../schema/entity.js";
import type { Value } from "../../schema/fields.js";
import type { Versioned } from "../ports.js";
import type { Connection } from "./file/connection.js";
import { codecOf, encodeValue } from "./tables/codec.js";
import { column, columnList, table, versionColumn } from "./tables/tables.js";

/** SQLite takes 32,766 parameters at most. */
const atOnce = 5_000;

/** The rows whose fields hold one of these combinations. Without an index that begins with them, SQLite reads the whole table. */
export function rowsHolding(
  db: Connection, of: Entity, fields: readonly string[], values: readonly (readonly Value[])[], most: number,
): readonly Versioned[] | null {
  const codec = codecOf(of), rows: Versioned[] = [];
  const places = `(${fields.map(() => "?").join(", ")})`;
  for (let i = 0; i < values.length; i += atOnce) {
    const some = values.slice(i, i + atOnce);
    const found = db.statement(`SELECT ${versionColumn}, ${columnList(of)} FROM ${table(of)}
      WHERE (${fields.map(column).join(", ")}) IN (VALUES ${some.map(() => places).join(", ")}) LIMIT ?`)
      .all([...some.flatMap((each) => each.map((value, at) => encodeValue(fields[at]!, of.fields[fields[at]!]!, value))), most + 1]);
    rows.push(...found.map((each) => ({ row: codec.decode(each, 1), version: Number(each[0]) })));
    if (rows.length > most) return null;
  }
  return rows;
}
