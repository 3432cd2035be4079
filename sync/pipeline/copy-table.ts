import { inParallel } from "../../runtime/parallel.js";
import { sleep, untilAborted } from "../../runtime/wait.js";
import type { Entity } from "../../schema/entity.js";
import type { KeyRange, Version } from "../../schema/position.js";
import type { Copies } from "../progress/copies.js";
import type { Interleaving } from "../reading/interleaving.js";
import { Overtaken } from "../source.js";
import type { PipelineParts } from "../writing/parts.js";
import type { Writing } from "../writing/writing.js";

/** Before rows are read again whose place was lost: mostly the stream is being connected anew. */
const overtakenMs = 50;
/** Ranges of a table that are read side by side. Each holds one piece at most while it waits for its place. */
const readers = 4;

export interface TableWork {
  readonly entity: Entity;
  /** When the copy starts, unless it goes on with one that was begun. */
  readonly version: Version;
  /** Where its rows enter the stream. */
  readonly interleaving: Interleaving;
  /** Told whenever the copies stand otherwise, so that they are stored. */
  readonly moved: () => void;
}

/**
 * Copies a table into the sink, from where it stands, and takes out what the source no longer has. Without a lock, beside the stream and
 * as a part of it: each piece stands at its place in the log (invariants 3 and 4). Returns early when `stop` aborts.
 * @throws TableAbsent
 */
export async function copyTable(
  { source, sink, state, log }: PipelineParts, writing: Writing, copies: Copies, work: TableWork, stop: AbortSignal,
): Promise<void> {
  const { entity, interleaving, moved } = work, { table } = entity;
  const { copy: { version, left }, cut } = copies.begin(entity, work.version);
  moved();
  const failing = new AbortController();
  const end = AbortSignal.any([stop, cut, writing.failed, failing.signal]);

  /** The rows that one statement reads. Returns what is left of the range; null when nothing is. */
  const readChunk = async (range: KeyRange): Promise<KeyRange | null> => {
    let rest = range;
    try {
      await interleaving.caughtUp(end);
      using window = await interleaving.window(table, end);
      if (!window) return null;
      for await (const piece of source.chunk(entity, range, window.seen, end)) {
        rest = { after: piece.rows.at(-1)!.key, upTo: range.upTo };
        await window.enter(piece, { op: "chunk-end", entity: table, version, upTo: range.upTo, left: rest, rows: piece.rows.length });
      }
      if (rest !== range || end.aborted) return rest;
      await window.enter({ rows: [], until: null }, { op: "chunk-end", entity: table, version, upTo: range.upTo, left: null, rows: 0 });
      return null;
    } catch (error) {
      // Whoever waited for the source was told to wait no longer.
      if (end.aborted) return rest;
      if (!(error instanceof Overtaken)) throw error;
      await sleep(overtakenMs, end);
      return rest;
    }
  };
  const read = async (range: KeyRange): Promise<void> => {
    for (let rest: KeyRange | null = range; rest && !end.aborted;) rest = await readChunk(rest);
  };

  await inParallel(left, readers, (range) => read(range).catch((error: unknown) => failing.abort(error)));
  failing.signal.throwIfAborted();
  const ended = AbortSignal.any([stop, writing.failed]);
  while (copies.of(table)!.left.length > 0 && !ended.aborted) await untilAborted(ended, copies.changed());
  if (ended.aborted) return;
  const { version: bar, range, rows } = copies.of(table)!;
  await sink.sweep(entity, bar, range);
  // A row that was refused, and deleted in what the log no longer tells, is settled by nothing else.
  await writing.write([], [], async () => {
    await writing.letters.swept(table, bar, range);
    state.apply({ kind: "settled", rows: 0, deadLetters: writing.letters.count });
  });
  await writing.passed();
  copies.done(entity);
  moved();
  log.info({ pipeline: state.name, table, rows }, "table copied");
}
