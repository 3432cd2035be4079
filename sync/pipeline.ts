import type { Truncate } from "../schema/change.js";
import type { Position } from "../schema/position.js";
import { batches } from "./batch.js";
import { Bookmark } from "./bookmark.js";
import { copy } from "./copy.js";
import { LetterBox } from "./dead-letters.js";
import type { PipelineParts } from "./parts.js";
import { Writing } from "./writing.js";

/**
 * Keeps the sink equal to the source until `stop` aborts, then drains: reads no more, settles what is being written, stores the
 * position. `cutoff` ends the draining too; what was not settled by then comes again at the next start (invariant 7).
 * @throws whatever a person must see to; everything that may pass by itself is retried below
 */
export async function runPipeline(parts: PipelineParts, stop: AbortSignal, cutoff: AbortSignal): Promise<void> {
  const { state, log } = parts;
  try {
    await run(parts, stop, cutoff);
    state.phase = "drained";
  } catch (error) {
    if (!cutoff.aborted) {
      state.phase = "failed";
      state.error = (error as Error).message;
      throw error;
    }
    state.phase = "drained";
    log.warn({ pipeline: state.name, error: state.retrying?.error }, "time to drain is over; what the store has not confirmed comes again at the next start");
  }
}

async function run(parts: PipelineParts, stop: AbortSignal, cutoff: AbortSignal): Promise<void> {
  const { sink, catalog, limits, state, valve } = parts;
  await sink.prepare(catalog.entities);
  const letters = await LetterBox.open(sink.name, sink.deadLetters, limits.rejections);
  state.deadLetters = letters.count;
  const writing = new Writing(sink, letters, state, limits.writesAtOnce, cutoff);
  try {
    while (!stop.aborted) {
      const phase = state.phase;
      await valve.opened(stop, (rest) => { state.phase = rest ?? phase; });
      if (!stop.aborted) await advance(parts, writing, AbortSignal.any([stop, valve.closing]));
    }
  } finally {
    // The sink is closed by whoever opened it, so nothing may be on its way to it after this.
    await writing.ended();
  }
}

/** From where the sink is, until `stop` aborts. */
async function advance(parts: PipelineParts, writing: Writing, stop: AbortSignal): Promise<void> {
  const progress = await parts.sink.progress();
  try {
    if (progress?.phase === "stream") return await follow(parts, writing, progress.position, progress.currentAt, stop);
    const head = await copy(parts, writing, progress, stop);
    if (head) await follow(parts, writing, head, Math.floor(head.version / 1000), stop);
  } catch (error) {
    // Whoever waited for a source that is away was told to wait no longer.
    if (!stop.aborted || error !== stop.reason) throw error;
    await writing.drained();
  }
}

async function follow(parts: PipelineParts, writing: Writing, from: Position, currentAt: number, stop: AbortSignal): Promise<void> {
  const { source, sink, limits, state, valve, log } = parts;
  await using bookmark = new Bookmark(sink, state, limits.pace, from, currentAt);
  state.phase = "streaming";
  log.info({ pipeline: state.name, gtids: from.gtids, file: from.file, offset: from.offset }, "streaming");
  for await (const batch of batches(source.stream(from, AbortSignal.any([stop, writing.failed])), limits.batch)) {
    // Drained by hand, what was read is written too; else it comes again.
    if (stop.aborted && valve.wish !== "drain") break;
    await writing.write(batch.changes, batch.unreadable, async () => {
      if (batch.truncate) await empty(parts, writing, batch.truncate);
      await bookmark.settled(batch);
    });
  }
  await writing.drained();
  await bookmark.store();
  if (!stop.aborted) throw new Error(`${source.name} ended its stream of changes by itself`);
}

/** Every write of an older row is settled by now; those of newer rows, which may be under way, are not touched by version. */
async function empty({ sink, catalog }: PipelineParts, { letters }: Writing, { entity, version }: Truncate): Promise<void> {
  await sink.sweep(catalog.entity(entity), version);
  await letters.emptied(entity, version);
}
