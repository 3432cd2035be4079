import type { Change, Unreadable } from "../schema/change.js";
import type { Entity, Key } from "../schema/entity.js";
import type { Position, Progress } from "../schema/position.js";
import type { PipelineParts } from "./parts.js";
import type { Writing } from "./writing.js";

type Copied = Extract<Progress, { phase: "snapshot" }>["copied"];

/**
 * Copies every table into the sink, from where an earlier process stopped, and takes out what is older than the copy. The head is
 * read first, so whatever changes meanwhile comes again from the stream (invariant 3).
 * @returns where the stream goes on, or null when `stop` aborted before all was copied
 */
export async function copy(
  { source, sink, catalog, state, log }: PipelineParts, writing: Writing, begun: Progress | null, stop: AbortSignal,
): Promise<Position | null> {
  const resumed = begun?.phase === "snapshot" ? begun : null;
  const head = resumed?.head ?? await source.head();
  let copied: Copied = resumed?.copied ?? {};
  const store = () => sink.commit({ phase: "snapshot", head, copied });
  if (!resumed) await store();
  state.phase = "snapshot";
  log.info({ pipeline: state.name, resumed: resumed !== null, gtids: head.gtids }, "snapshot begins");

  for (const entity of catalog.entities) {
    const at = copied[entity.table];
    if (at === "done") continue;
    const chunks = source.snapshot(entity, head, at ?? null, AbortSignal.any([stop, writing.failed]));
    await copyTable(entity, chunks);
    if (stop.aborted) return null;
    await sink.sweep(entity, head.version);
    copied = { ...copied, [entity.table]: "done" };
    await store();
    log.info({ pipeline: state.name, table: entity.table, rows: state.copying?.rows }, "table copied");
  }
  // Everything the head names is in the sink; that is as current as the snapshot by itself can be.
  await sink.commit({ phase: "stream", position: head, currentAt: Math.floor(head.version / 1000) });
  state.copying = null;
  return head;

  async function copyTable({ table }: Entity, chunks: AsyncIterable<readonly (Change | Unreadable)[]>): Promise<void> {
    const copying = { table, rows: 0 };
    state.copying = copying;
    for await (const chunk of chunks) {
      const last: Key = chunk.at(-1)!.key;
      const changes = chunk.filter((message) => message.op !== "unreadable");
      await writing.write(changes, chunk.filter((message) => message.op === "unreadable"), async () => {
        copied = { ...copied, [table]: last };
        copying.rows += chunk.length;
        await store();
      });
    }
    await writing.drained();
  }
}
