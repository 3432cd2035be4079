import { inParallel } from "../../../runtime/parallel.js";
import type { Entity } from "../../../schema/entity.js";
import { isWithin, type KeyRange, type Version } from "../../../schema/position.js";
import type { Session } from "../connection/session.js";
import { pageSizeOf } from "../read/select.js";
import { columnName } from "../tables/names.js";
import { equal, list, primaryKey, quoted, type Table, tablesOf, versionColumn } from "../tables/tables.js";
import { bigintBytes } from "../values/codec.js";

/**
 * Deletes what is older than a version, in every table of the entity.
 * The delete of a whole partition is stamped just below the bar. So there, too, only what is older goes,
 * and a row written meanwhile stays (invariant 4).
 * In a key range it deletes rows one by one, because a lookup's partition has entries of other keys.
 */
export async function sweepTables(session: Session, of: Entity, olderThan: Version, within: KeyRange): Promise<void> {
  for (const table of tablesOf(of)) await sweepTable(session, of, table, olderThan, within);
}

async function sweepTable(session: Session, of: Entity, table: Table, olderThan: Version, within: KeyRange): Promise<void> {
  const key = of.key.map(columnName);
  const stamp = bigintBytes(olderThan - 1);
  const bounded = within.after !== null || within.upTo !== null;
  const columns = bounded ? primaryKey(table) : table.partition;
  const scan = `SELECT ${list([...columns, versionColumn])} FROM ${quoted(table.name)}`;
  const remove = `DELETE FROM ${quoted(table.name)} USING TIMESTAMP ? WHERE ${equal(columns)}`;
  let last = "";
  for await (const page of session.pages(scan, [], pageSizeOf(of))) {
    const stale: unknown[][] = [];
    for (const found of page) {
      if (Number(found[versionColumn]) >= olderThan) continue;
      if (bounded && !isWithin(within, key.map((column) => String(found[column])))) continue;
      const place = columns.map((column): unknown => found[column]);
      // A scan gives a partition's rows one after another.
      const text = JSON.stringify(place.map(String));
      if (text !== last) stale.push(place);
      last = text;
    }
    await inParallel(stale, 512, async (place) => void (await session.execute(remove, [stamp, ...place])));
  }
}
