import { PreflightFailed } from "../../runtime/findings.js";
import type { Catalog } from "../../schema/catalog.js";
import {
  everyKey, type KeyRange, nextVersion, type Position, type Progress, rewriteVersion, type TableCopy, type Version,
} from "../../schema/position.js";
import { setOwn } from "../../schema/own.js";
import type { TableSink } from "../../stores/ports.js";
import type { Source } from "../source.js";
import { copiedIn } from "./copies.js";

/**
 * Sets tables of a store back (all when none is named). The next sync copies them again, removes what MySQL no longer has, and goes on.
 * Readers keep what is there meanwhile.
 * No sync may run, because it would store its own progress. With a key range, only its rows are copied and swept.
 * With all tables, the stream goes on from the source's head, so a purged log does not matter. Some tables are copied beside the stream,
 * which goes on from the store's own position, as the others need it (invariant 3).
 * Either version is newer than all the store holds, so the copy wins (invariant 4). `written`: the version of what was
 * given to the store beyond its stored position.
 */
export async function resnapshot(
  source: Source, sink: TableSink, catalog: Catalog, tables: readonly string[], range: KeyRange = everyKey, written: Version = 0,
): Promise<Progress> {
  const progress = await sink.progress();
  if (!progress) throw new PreflightFailed([
    { where: sink.name, problem: "nothing was ever written to it", remedy: "start sync: it copies everything" },
  ]);
  const next = await setBack(source, sink.name, progress, catalog, tables, range, written);
  await sink.storeProgress(next);
  return next;
}

/** The progress of a sink whose tables are to be copied again. */
export async function setBack(
  source: Source, sink: string, progress: Progress, catalog: Catalog, tables: readonly string[], range: KeyRange, written: Version,
): Promise<Progress> {
  const known = progress.position;
  const head = await source.beginning();
  const newer = (position: Position): Position => ({ ...position, version: nextVersion(Math.max(known.version, written), head.version) });
  const before = copiedIn(catalog, progress);
  const copied: Record<string, TableCopy | "due" | "done"> = { ...before };
  for (const { table } of catalog.entities) if (tables.length === 0 || tables.includes(table)) setOwn(copied, table, "due");
  if (range !== everyKey) {
    const half = tables.filter((table) => before[table] !== "done");
    if (half.length > 0) throw new PreflightFailed(half.map((table) => ({
      where: sink, problem: `${table} is still being copied`, remedy: "start sync and let it end, or leave --where out",
    })));
    for (const table of tables) setOwn(copied, table, { version: rewriteVersion(newer(known).version), range, left: [range], rows: 0 });
  }
  return { ...progress, position: newer(tables.length === 0 ? head : known), copied };
}
