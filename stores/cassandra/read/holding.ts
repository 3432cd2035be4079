import { inParallel } from "../../../runtime/parallel.js";
import type { Entity } from "../../../schema/entity.js";
import type { Value } from "../../../schema/fields.js";
import type { Versioned } from "../../ports.js";
import type { Session } from "../connection/session.js";
import { columnName, lookupName } from "../tables/names.js";
import { equal, versionColumn } from "../tables/tables.js";
import { encodedOrNull } from "../values/codec.js";
import { columnOf } from "../values/columns.js";
import { selectFrom } from "./select.js";

const atOnce = 64;

/**
 * The rows whose fields hold one of these combinations, from the table of a lookup by one of the fields. Null if there is none, because
 * any other way would read the whole table.
 */
export async function rowsHolding(
  session: Session, of: Entity, fields: readonly string[], values: readonly (readonly Value[])[], most: number,
): Promise<readonly Versioned[] | null> {
  const lookup = of.lookups.find(({ by }) => fields.includes(by));
  if (!lookup) return null;
  const { query, decode, pageSize } = selectFrom(of, lookupName(of, lookup), [versionColumn]);
  const encode = columnOf(of, lookup.by).encodeKey;
  const wanted = new Set(values.map((each) => JSON.stringify(each)));
  const partitions = [...new Set(values.map((each) => each[fields.indexOf(lookup.by)]!))];
  const rows: Versioned[] = [];
  await inParallel(partitions, atOnce, async (by) => {
    const start = encodedOrNull(() => encode(by));
    if (!start) return;
    for await (const found of session.pages(`${query} WHERE ${equal([columnName(lookup.by)])}`, [start], pageSize)) {
      if (rows.length > most) return;
      const read = found.map((each) => ({ row: decode(each), version: Number(each[versionColumn]) }));
      rows.push(...read.filter(({ row }) => wanted.has(JSON.stringify(fields.map((name) => row[name])))));
    }
  });
  return rows.length > most ? null : rows;
}
