import type { Catalog } from "../../schema/catalog.js";
import type { Truncate } from "../../schema/change.js";
import type { GenerationName } from "../../schema/generation.js";
import { type Copied, everyKey, type Position, type Progress, type Version } from "../../schema/position.js";
import type { TableSink } from "../../stores/ports.js";
import { Cascades } from "../cascades/cascades.js";
import { Copies, copiedIn } from "../progress/copies.js";
import { firstProgress } from "../progress/first-progress.js";
import { atGeneration } from "../progress/generations.js";
import { ProgressWriter } from "../progress/progress-writer.js";
import { resnapshot } from "../progress/resnapshot.js";
import { batches } from "../reading/batch.js";
import { Interleaving } from "../reading/interleaving.js";
import { FencedSink } from "../sinks/fenced.js";
import { FencedLog } from "../sinks/fenced-log.js";
import { CameBack } from "../sinks/retry.js";
import { type FeedLockEvent, Unresumable } from "../source.js";
import type { PipelineParts } from "../writing/parts.js";
import { LetterBox } from "../writing/rejections.js";
import { Writing } from "../writing/writing.js";
import { copyAgain, copyBeside } from "./copy.js";
import { whatIsGone } from "./failures.js";
import { runLog } from "./log.js";
import { sweeping } from "./sweeping.js";

/**
 * Keeps the sink equal to the source until `stop` aborts, then drains: it reads no more, settles
 * what is being written, and stores the position.
 * `cutoff` ends the draining too; what was not settled by then comes again at the next start (invariant 7).
 * @throws what a person must see to; everything that may pass by itself is retried below
 */
export async function runPipeline(parts: PipelineParts, stop: AbortSignal, cutoff: AbortSignal): Promise<void> {
  const { state, log } = parts;
  try {
    const seen: Seen = { position: null };
    while (!stop.aborted) await runWithLock(parts, seen, stop, cutoff);
    state.apply({ kind: "ended" });
  } catch (error) {
    if (!cutoff.aborted) {
      state.apply({ kind: "failed", error: (error as Error).message });
      throw error;
    }
    state.apply({ kind: "ended" });
    log.warn(
      { pipeline: state.name, error: state.now.retrying?.error },
      "time to drain is over; what the store has not confirmed comes again at the next start",
    );
  }
}

/**
 * How far this process has read what it wrote, stored as a position or not.
 * If the sink goes on from before that, and the source has lost some of it, rows of what is lost may be in the sink.
 */
interface Seen {
  position: Position | null;
}

/**
 * Runs as long as no other process feeds this sink. Another process may have changed everything in it since this one last held the lock.
 */
async function runWithLock(parts: PipelineParts, seen: Seen, stop: AbortSignal, cutoff: AbortSignal): Promise<void> {
  const { source, state, log } = parts;
  const isAbortOf = (signal: AbortSignal, error: unknown) => signal.aborted && !cutoff.aborted && error === signal.reason;
  try {
    await using lock = await source.feedLock((event) => onFeedLockEvent(event, parts), stop);
    state.apply({ kind: "lock taken" });
    const { sink } = parts, ends = AbortSignal.any([stop, lock.lost]);
    const running = sink.shape === "log" ? runLog({ ...parts, sink: new FencedLog(sink, lock) }, ends, cutoff)
      : runTables({ ...parts, sink: new FencedSink(sink, lock), seen }, ends, cutoff);
    await running.catch((error: unknown) => {
      if (error instanceof CameBack) error.isLogged || log.info(
        { pipeline: state.name }, "the store may have lost what it confirmed last; going on from what it holds",
      );
      else if (!isAbortOf(lock.lost, error)) throw error;
    });
  } catch (error) {
    // An aborted wait, for the feed lock or for a store that has not answered yet, ends here.
    if (!isAbortOf(stop, error)) throw error;
  } finally {
    state.apply({ kind: "lock left" });
  }
}

function onFeedLockEvent(event: FeedLockEvent, { source: { name: source }, state }: PipelineParts): void {
  switch (event.kind) {
    case "waiting": return state.apply({ kind: "lock held elsewhere", source, holder: event.holder });
    case "silent": return state.apply({ kind: "source silent", source, error: event.error });
    case "answers": return state.apply({ kind: "source answers", source });
    default: event satisfies never;
  }
}

/** What a pipeline with the feed lock works with. */
interface TableParts extends PipelineParts<TableSink> {
  readonly seen: Seen;
}

/** The same, once the sink is prepared for the catalog. */
interface PreparedParts extends TableParts {
  readonly generation: GenerationName;
}

async function runTables(parts: TableParts, stop: AbortSignal, cutoff: AbortSignal): Promise<void> {
  const { sink, catalog, limits, state, pauseSwitch } = parts;
  await forgetLost(parts);
  const writer = await sink.prepare(catalog);
  const prepared: PreparedParts = { ...parts, generation: await atGeneration(parts) };
  const letters = await LetterBox.open(sink.name, sink.deadLetters, limits.rejections);
  state.apply({ kind: "settled", rows: 0, deadLetters: letters.count });
  const writing = new Writing(writer, letters, state, limits.writesAtOnce, cutoff);
  try {
    while (!stop.aborted) {
      await pauseSwitch.opened(stop, (phase) => state.apply(phase ? { kind: "at rest", phase } : { kind: "goes on" }));
      if (!stop.aborted) await advance(prepared, writing, AbortSignal.any([stop, pauseSwitch.closing]));
    }
  } finally {
    // The caller that opened the sink closes it, so nothing may be on its way to it after this.
    await writing.ended();
  }
}

/**
 * Makes a dropped table of the store again, empty. Before that it stores that the table must be copied again, because a
 * crash between must not hide it (invariant 7).
 */
async function forgetLost({ sink, catalog, state, log }: TableParts): Promise<void> {
  const progress = await sink.progress(), lost = await lostTables(sink, catalog, progress);
  if (!progress || lost.length === 0) return;
  log.warn({ pipeline: state.name, tables: lost }, "the store has lost these tables; they are copied again");
  await sink.storeProgress({
    ...progress, copied: { ...copiedIn(catalog, progress), ...Object.fromEntries(lost.map((table) => [table, "due" as const])) },
  });
}

/** The tables that the sink should have rows of, by what it has stored, and that are absent. */
async function lostTables(sink: TableSink, catalog: Catalog, progress: Progress | null): Promise<readonly string[]> {
  const copied: Copied = progress ? copiedIn(catalog, progress) : {};
  return (await sink.absent(catalog.entities)).map(({ table }) => table).filter((table) => (copied[table] ?? "due") !== "due");
}

/** Advances from where the sink is, until `stop` aborts, or until the sink has to be set back; then it is called again. */
async function advance(parts: PreparedParts, writing: Writing, stop: AbortSignal): Promise<void> {
  const { source, sink, catalog, generation } = parts;
  const found = await sink.progress();
  // The store died since the lock was taken, and forgot that these tables must be copied again.
  if ((await lostTables(sink, catalog, found)).length > 0) throw new CameBack(sink.name);
  try {
    const progress = found ?? { ...await firstProgress(source, catalog), generation };
    if (!found) await sink.storeProgress(progress);
    const copies = new Copies(catalog, parts.state, progress);
    try {
      await follow(parts, writing, copies, progress, stop);
    } catch (error) {
      // If the log is purged again before any table is copied, the copying would never end: a person must see to that.
      const heals = error instanceof Unresumable && (error.because !== "purged" || Object.values(copies.copied).includes("done"));
      if (!heals || parts.limits.stopWhenPurged) throw error;
      const written = parts.seen.position?.version ?? 0;
      parts.seen.position = null;
      await heal(parts, writing, error, written);
    }
  } catch (error) {
    // An aborted wait for a source that is away ends here.
    if (!stop.aborted || error !== stop.reason) throw error;
    await writing.drained();
  }
}

/**
 * Has every table copied again. Nothing else shows what the missing transactions changed (a deleted row leaves no trace in its table), so
 * any row of any table may differ.
 * The sweep removes what is gone. Readers keep what is there meanwhile.
 */
async function heal(
  { source, sink, catalog, state, log }: TableParts, writing: Writing, error: Unresumable, written: Version,
): Promise<void> {
  await writing.drained();
  await resnapshot(source, sink, catalog, [], everyKey, written);
  log.warn(
    { pipeline: state.name, missing: error.missing },
    `${whatIsGone(error)}; which rows they changed cannot be known, so every table is copied again, while readers keep what is there`,
  );
}

async function follow(parts: TableParts, writing: Writing, copies: Copies, stored: Progress, stop: AbortSignal): Promise<void> {
  const { source, sink, limits, state, pauseSwitch, log, seen } = parts, { position: from } = stored;
  await using progressWriter = new ProgressWriter(sink, state, limits.pace, copies, stored);
  log.info({ pipeline: state.name, gtids: from.gtids, file: from.file, offset: from.offset }, "streaming");
  const [failing, ending] = [new AbortController(), new AbortController()];
  const interleaving = new Interleaving(source, from);
  const cascades = new Cascades(parts, writing.letters, copies, interleaving);
  const copying = copyBeside(
    parts, sweeping(parts, writing), copies, interleaving, () => progressWriter.moved(),
    AbortSignal.any([stop, writing.failed, ending.signal]),
  )
    .catch((error: unknown) => failing.abort(error));
  const arrivals = interleaving.through(
    (signal) => cascades.through(source.stream(from, signal, seen.position), signal),
    AbortSignal.any([stop, writing.failed, failing.signal]),
  );
  try {
    for await (const batch of batches(arrivals, limits.batch, { room: () => writing.room(), lingerMs: sink.lingerMs })) {
      // When an operator drains the pipeline, what was read is written too; otherwise it comes again.
      if (stop.aborted && pauseSwitch.command !== "drain") break;
      seen.position = batch.commit?.position ?? seen.position;
      await writing.write(batch.changes, batch.unheld, async () => {
        for (const chunk of batch.chunks) copies.advanced(chunk);
        if (batch.truncate) await empty(parts, writing, copies, batch.truncate);
        for (const recopy of batch.recopies) copyAgain(parts, copies, recopy);
        await progressWriter.settled(batch);
        cascades.settled(batch.cascades);
      });
    }
  } finally {
    ending.abort();
    await copying;
  }
  failing.signal.throwIfAborted();
  await writing.drained();
  await progressWriter.store();
  if (!stop.aborted) throw new Error(`${source.name} ended its stream of changes by itself`);
}

/**
 * Sweeps the rows of the emptied table. Every write of an older row by the stream is settled by now, and newer rows, which may be under
 * way, are safe by their version.
 * Older writes by a copy of this table may come later, so the copy sweeps once more.
 */
async function empty({ sink, catalog }: TableParts, { letters }: Writing, copies: Copies, { entity, version }: Truncate): Promise<void> {
  copies.emptied(catalog.entity(entity), version);
  await sink.sweep(catalog.entity(entity), version, everyKey);
  await letters.swept(entity, version, everyKey);
}
