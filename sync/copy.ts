import { type Position, rewriteVersion, type Version } from "../schema/position.js";
import { Copies } from "./copies.js";
import { copyTable } from "./copy-table.js";
import type { PipelineParts } from "./parts.js";
import type { Writing } from "./writing.js";

/** Key ranges a table is read in at most. */
const ranges = 8;
/** Of them at once. Before the stream runs, that is; beside it the copy has one reader, so that changes find room among the writes. */
const readers = 4;

/**
 * Copies every table into the sink, from where an earlier process stopped. The head is read first, so whatever changes meanwhile comes
 * again from the stream (invariant 3).
 * @returns where the stream goes on, or null when `stop` aborted before all was copied
 */
export async function copy(parts: PipelineParts, writing: Writing, copies: Copies, begun: Position | null, stop: AbortSignal): Promise<Position | null> {
  const { source, sink, state, log } = parts;
  const head = begun ?? await source.head();
  const store = () => sink.commit({ phase: "snapshot", head, copied: copies.copied });
  if (!begun) await store();
  state.phase = "snapshot";
  state.position = head;
  log.info({ pipeline: state.name, resumed: begun !== null, gtids: head.gtids }, "snapshot begins");
  await copyTables(parts, writing, copies, head.version, readers, store, stop);
  if (stop.aborted) return null;
  // Everything the head names is in the sink; that is as current as the snapshot by itself can be.
  await sink.commit({ phase: "stream", position: head, currentAt: Math.floor(head.version / 1000), copied: copies.copied });
  return head;
}

/**
 * Copies the tables that the sink lacks while it follows the log from `after`. Their rows win over all that was written before that and
 * lose to all that comes after it, so it does not matter who writes first (invariant 4).
 */
export async function copyBeside(parts: PipelineParts, writing: Writing, copies: Copies, after: Position, moved: () => void, stop: AbortSignal): Promise<void> {
  if (copies.unfinished.length === 0) return;
  parts.log.info({ pipeline: parts.state.name, tables: copies.unfinished.map(({ table }) => table) }, "copying tables beside the stream");
  await copyTables(parts, writing, copies, rewriteVersion(after.version), 1, async () => moved(), stop);
}

async function copyTables(
  parts: PipelineParts, writing: Writing, copies: Copies, version: Version, side: number, store: () => Promise<void>, stop: AbortSignal,
): Promise<void> {
  for (const entity of copies.unfinished) {
    if (stop.aborted) return;
    copies.surveyed(entity, await parts.source.survey(entity, ranges));
  }
  for (const entity of copies.unfinished) {
    if (stop.aborted) return;
    await copyTable(parts, writing, copies, { entity, version, readers: side, store }, stop);
  }
}
