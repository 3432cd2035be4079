import { backoff, sleep } from "../../runtime/wait.js";
import { everyKey, type Progress } from "../../schema/position.js";
import type { LogSink } from "../../stores/log-sink.js";
import { Retriable, StoreRefusal } from "../../stores/ports.js";
import { Copies } from "../progress/copies.js";
import { firstProgress } from "../progress/first-progress.js";
import { setBack } from "../progress/resnapshot.js";
import { batches } from "../reading/batch.js";
import { Interleaving } from "../reading/interleaving.js";
import { Unresumable } from "../source.js";
import { BrokenOff, LogWriting } from "../writing/log-writing.js";
import type { PipelineParts } from "../writing/parts.js";
import { LetterBox } from "../writing/rejections.js";
import { copyAgain, copyBeside } from "./copy.js";
import { whatIsGone } from "./failures.js";

type LogParts = PipelineParts<LogSink>;

/**
 * Appends the source's log to the sink until `stop` aborts. An append that failed is never tried again: the log begins again, and the
 * stream goes on from the progress that the log then has. So each change is in it once (invariant 15).
 */
export async function runLog(parts: LogParts, stop: AbortSignal, cutoff: AbortSignal): Promise<void> {
  const { state, pauseSwitch } = parts;
  for (let failures = 0; !stop.aborted;) {
    await pauseSwitch.opened(stop, (phase) => state.apply(phase ? { kind: "at rest", phase } : { kind: "goes on" }));
    if (stop.aborted) return;
    const stored = state.now.position;
    try {
      await advance(parts, AbortSignal.any([stop, pauseSwitch.closing]), cutoff);
    } catch (error) {
      if (error instanceof BrokenOff) continue;
      if (!(error instanceof Retriable) || cutoff.aborted) throw error;
      if (state.now.position !== stored) failures = 0;
      state.apply({ kind: "store silent", doing: "append", error: error.message });
      await sleep(backoff(failures++), stop);
    }
  }
}

/** Advances from where the log is, until `stop` aborts, or until the log has to be set back; then it is called again. */
async function advance(parts: LogParts, stop: AbortSignal, cutoff: AbortSignal): Promise<void> {
  const { source, sink, catalog, limits, state } = parts;
  try {
    const found = await sink.begin();
    state.apply({ kind: "store answers", doing: "begin" });
    await mustHavePlaces(parts, stop);
    const letters = await LetterBox.open(sink.name, sink.deadLetters, limits.rejections);
    state.apply({ kind: "settled", rows: 0, deadLetters: letters.count });
    const progress = found ?? await firstProgress(source, catalog);
    if (!found) await sink.append([], progress, cutoff);
    const copies = new Copies(catalog, state, progress);
    const writing = new LogWriting(parts, letters, copies, progress, (recopy) => copyAgain(parts, copies, recopy), cutoff);
    try {
      await follow(parts, writing, copies, progress, stop);
    } catch (error) {
      const heals = error instanceof Unresumable && (error.because !== "purged" || Object.values(copies.copied).includes("done"));
      if (!heals || limits.stopWhenPurged) throw error;
      await writing.ended();
      await heal(parts, error, cutoff);
    } finally {
      // The caller that opened the sink closes it, so nothing may be on its way to it after this.
      await writing.ended();
      // Readers would wait for the end of a transaction as long as the pipeline rests, so the part that was appended is taken back.
      if (writing.isOpen && !writing.failed.aborted && !cutoff.aborted) await sink.begin();
    }
  } catch (error) {
    // An aborted wait for a source that is away ends here.
    if (!stop.aborted || error !== stop.reason) throw error;
  }
}

/**
 * Rows that a copy reads can enter a log only at their place in the source's: a reader takes what comes later for newer.
 * @throws StoreRefusal where the source does not know that place
 */
async function mustHavePlaces({ source, sink }: LogParts, stop: AbortSignal): Promise<void> {
  if (await source.end(stop) || stop.aborted) return;
  throw new StoreRefusal(
    sink.name, `${source.name} gives no GTIDs, so rows that are copied have no place among its changes, which a log needs`,
    "turn on gtid_mode on the server, or feed a store that holds rows",
  );
}

/**
 * Has every table appended again, because transactions are missing. That heals readers that keep the newest row of each key.
 * Rows that the missing transactions deleted stay with them: nothing shows those, and a log sweeps nothing.
 */
async function heal({ source, sink, catalog, state, log }: LogParts, error: Unresumable, cutoff: AbortSignal): Promise<void> {
  const known = await sink.begin();
  if (!known) return;
  await sink.append([], await setBack(source, sink.name, known, catalog, [], everyKey, state.now.position?.version ?? 0), cutoff);
  log.warn(
    { pipeline: state.name, missing: error.missing },
    `${whatIsGone(error)}; the rows of every table are appended again, and rows that were deleted meanwhile stay with the log's readers`,
  );
}

async function follow(
  parts: LogParts, writing: LogWriting, copies: Copies, { position: from }: Progress, stop: AbortSignal,
): Promise<void> {
  const { source, sink, limits, state, pauseSwitch, log } = parts;
  log.info({ pipeline: state.name, gtids: from.gtids, file: from.file, offset: from.offset }, "streaming");
  const [failing, ending] = [new AbortController(), new AbortController()];
  const interleaving = new Interleaving(source, from);
  const copying = copyBeside(
    parts, writing, copies, interleaving, () => undefined, AbortSignal.any([stop, writing.failed, ending.signal]),
  ).catch((error: unknown) => failing.abort(error));
  const arrivals = interleaving.through(
    // Nothing that was read and is not behind this position is in the log.
    (signal) => source.stream(from, signal), AbortSignal.any([stop, writing.failed, failing.signal]),
  );
  try {
    for await (const batch of batches(arrivals, limits.batch, { room: () => writing.room(), lingerMs: sink.lingerMs })) {
      if (stop.aborted && pauseSwitch.command !== "drain") break;
      await writing.append(batch.messages);
    }
  } finally {
    ending.abort();
    await copying;
  }
  failing.signal.throwIfAborted();
  await writing.store();
  if (!stop.aborted) throw new Error(`${source.name} ended its stream of changes by itself`);
}
