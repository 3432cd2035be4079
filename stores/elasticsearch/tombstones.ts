import type { Entity } from "../../schema/entity.js";
import { isWithin, type KeyRange, type Version } from "../../schema/position.js";
import { indexAction, sendBulk } from "./bulk.js";
import type { Cluster } from "./cluster.js";
import { tombstone } from "./codec.js";
import { rowsAlias } from "./indices/indices.js";
import { living, scan, searchIn } from "./read/scan.js";

/**
 * Elasticsearch forgets the version of a deleted document after `gc_deletes` (60 s), and a
 * replay that comes later would bring the row back.
 * So a delete writes a document that says so, with the delete's version (invariant 4).
 */

const sweepPage = 5_000;
const purgePage = 2_000;
const day = 86_400_000_000;

/** Turns every row older than `olderThan` in the range into a tombstone. What is written meanwhile is newer, and stays. */
export async function sweepRows(cluster: Cluster, of: Entity, olderThan: Version, within: KeyRange): Promise<void> {
  // The greatest version that is still older. The action is `gte`, because a row may have just that version.
  const version = olderThan - 1;
  const action = indexAction(rowsAlias(cluster.prefix, of), "external_gte");
  for await (const hits of scan(cluster, of, living({ filter: { range: { sluice_version: { lt: olderThan } } } }), sweepPage)) {
    const operations = hits.filter(({ _id: id }) => isWithin(within, [id!])).map(({ _id: id, _source }) => ({
      lines: `${action(id!, version)}${tombstone(_source!.sluice_key, version)}\n`, from: id,
    }));
    const refused = await sendBulk(cluster.client, operations);
    if (refused[0]) throw new Error(`elasticsearch: sweeping ${of.table}: ${refused[0].reason}`);
  }
}

/**
 * Removes tombstones a day older than what the sink holds for good: a replay begins after them,
 * so nothing that they hold back can still come.
 * A call removes one page at most, and says whether there may be more.
 */
export async function purgeTombstones(cluster: Cluster, of: Entity, held: Version): Promise<boolean> {
  const alias = rowsAlias(cluster.prefix, of);
  const hits = await searchIn(cluster, alias, {
    query: { bool: { filter: [{ term: { sluice_deleted: true } }, { range: { sluice_version: { lt: held - day } } }] } },
    size: purgePage, sort: ["_doc"],
  });
  await sendBulk(cluster.client, hits.map(({ _id, _source }) => ({
    lines: `${JSON.stringify({ delete: { _index: alias, _id, version: _source!.sluice_version, version_type: "external_gte" } })}\n`,
    from: _id,
  })));
  return hits.length === purgePage;
}
