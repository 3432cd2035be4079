import type { Entity } from "../../schema/entity.js";
import type { Version } from "../../schema/position.js";
import { bigintBytes } from "./codec.js";
import { inParallel } from "./gate.js";
import { pageSizeOf } from "./select.js";
import type { Session } from "./session.js";
import { equal, list, quoted, type Table, tablesOf, versionColumn } from "./tables.js";

/**
 * Deletes what is older than a version, in every table of the entity. The delete of a whole partition is stamped just
 * below the bar, so in it too only what is older goes, and a row written meanwhile stays (invariant 4).
 */
export async function sweepTables(session: Session, of: Entity, olderThan: Version): Promise<void> {
  const stamp = bigintBytes(olderThan - 1);
  for (const table of tablesOf(of)) await sweepTable(session, table, olderThan, stamp, pageSizeOf(of));
}

async function sweepTable(session: Session, { name, partition }: Table, olderThan: Version, stamp: Buffer, pageSize: number): Promise<void> {
  const scan = `SELECT ${list([...partition, versionColumn])} FROM ${quoted(name)}`;
  const remove = `DELETE FROM ${quoted(name)} USING TIMESTAMP ? WHERE ${equal(partition)}`;
  let last = "";
  for await (const page of session.pages(scan, [], pageSize)) {
    const stale: unknown[][] = [];
    for (const found of page) {
      if (Number(found[versionColumn]) >= olderThan) continue;
      const place = partition.map((column): unknown => found[column]);
      // A scan gives a partition's rows one after another.
      const text = JSON.stringify(place.map(String));
      if (text !== last) stale.push(place);
      last = text;
    }
    await inParallel(stale, 512, async (place) => void (await session.execute(remove, [stamp, ...place])));
  }
}
