import { PreflightFailed } from "../runtime/findings.js";
import type { Catalog } from "../schema/catalog.js";
import { nextVersion, type Position, type Progress } from "../schema/position.js";
import type { Sink } from "../stores/ports.js";
import type { Source } from "./source.js";

/**
 * Sets a store back to its snapshot, so that the next sync copies these tables again (all when none is named), takes out what MySQL
 * no longer has, and goes on. Readers keep what is there meanwhile. Only while no sync runs: it would store its own progress.
 *
 * All tables: the stream goes on from the source's head, so a purged log does not matter. Some: it goes on from the store's own
 * position, which the others need (invariant 3). The version of either is newer than all the store holds, so the copy wins (invariant 4).
 */
export async function resnapshot(source: Source, sink: Sink, catalog: Catalog, tables: readonly string[]): Promise<Progress> {
  const progress = await sink.progress();
  if (!progress) throw new PreflightFailed([{ where: sink.name, problem: "nothing was ever written to it", remedy: "start sync: it copies everything" }]);
  const known = progress.phase === "stream" ? progress.position : progress.head;
  const head = await source.head();
  const newer = (position: Position): Position => ({ ...position, version: nextVersion(known.version, head.version) });

  // A table half copied has rows of an older version, which the sweep after it would take out: it begins again too.
  const done = (table: string) => progress.phase === "stream" || progress.copied[table] === "done";
  const kept = tables.length === 0 ? [] : catalog.entities.filter(({ table }) => !tables.includes(table) && done(table));
  const next: Progress = {
    phase: "snapshot",
    head: newer(tables.length === 0 ? head : known),
    copied: Object.fromEntries(kept.map(({ table }) => [table, "done"])),
  };
  await sink.commit(next);
  return next;
}
