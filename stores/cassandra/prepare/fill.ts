import type { Change } from "../../../schema/change.js";
import { type Entity, keyOf } from "../../../schema/entity.js";
import type { Session } from "../connection/session.js";
import { selectFrom } from "../read/select.js";
import type { Existing } from "../tables/system-schema.js";
import { tableName } from "../tables/names.js";
import { insertInto, progressTable, type Table, versionColumn } from "../tables/tables.js";
import { perform } from "../write/perform.js";
import { plannerOf, type Write } from "../write/plan.js";

/** The comment on the table of a lookup that was declared when there were rows already. */
export const madeLater = "sluice: made after its rows";

/**
 * Copies an entity's rows into the table of a lookup that was declared after them, unless that was done.
 * Each row keeps its own version, so a copy never stands above a later change (invariant 4), and the whole may be repeated after a crash.
 */
export async function fillLookup(session: Session, of: Entity, lookup: Table, { id }: Existing): Promise<void> {
  // It is written as the entries are, so a server that loses what it confirmed last loses this
  // before them. It would keep the table's schema.
  const name = `filled ${lookup.name}`;
  const { rows: [filled] } = await session.execute(`SELECT progress FROM ${progressTable.name} WHERE pipeline = ?`, [name]);
  if (filled?.progress === id) return;
  const plan = plannerOf(of);
  const insert = insertInto(lookup);
  const select = selectFrom(of, tableName(of), [versionColumn]);
  for await (const page of session.pages(select.query, [], select.pageSize)) {
    const writes: Write[] = [];
    for (const found of page) {
      const after = select.decode(found);
      const change: Change = {
        op: "read", entity: of.table, key: keyOf(of, after), before: null, after, version: Number(found[versionColumn]),
      };
      plan(change, writes);
    }
    await perform(session, writes.filter(({ query }) => query === insert));
  }
  await session.execute(`INSERT INTO ${progressTable.name} (pipeline, progress) VALUES (?, ?)`, [name, id]);
}
