import { inParallel } from "../../runtime/parallel.js";
import { sleep } from "../../runtime/wait.js";
import type { Entity } from "../../schema/entity.js";
import type { KeyRange, Version } from "../../schema/position.js";
import type { Copies } from "../progress/copies.js";
import type { Interleaving } from "../reading/interleaving.js";
import { Overtaken } from "../source.js";
import type { PipelineParts } from "../writing/parts.js";

/** How long to wait before rows are read again whose place was lost: mostly the stream is connecting again. */
const overtakenMs = 50;
/** How many ranges of a table are read side by side. Each holds one piece at most while it waits for its place. */
const readers = 4;

/** Where the rows of a copy go, by way of the stream. */
export interface CopyTarget {
  /** Aborts when nothing more can be written there. */
  readonly failed: AbortSignal;
  /** Every row of a copy is there: what is older in its range, the source no longer has. Resolves when that is seen to. */
  copied(entity: Entity, olderThan: Version, within: KeyRange): Promise<void>;
}

export interface TableWork {
  readonly entity: Entity;
  /** The version of the copy, unless it goes on with one that was begun. */
  readonly version: Version;
  /** Where the copy's rows enter the stream. */
  readonly interleaving: Interleaving;
  /** Called whenever the state of the copies changes, so that it is stored. */
  readonly moved: () => void;
}

/**
 * Copies a table into the sink, from where the copy stands, and has what the source no longer has removed.
 * It takes no lock, and runs beside the stream and as a part of it. Each piece stands at its place in the log
 * (invariants 3 and 4). Returns early when `stop` aborts.
 * @throws TableAbsent
 */
export async function copyTable(
  { source, state, log }: PipelineParts, target: CopyTarget, copies: Copies, work: TableWork, stop: AbortSignal,
): Promise<void> {
  const { entity, interleaving, moved } = work, { table } = entity;
  const { copy: { version, left }, cut } = copies.begin(entity, work.version);
  moved();
  const failing = new AbortController();
  const chunk = { op: "chunk-end", entity: table, version, cut } as const;
  const end = AbortSignal.any([stop, cut, target.failed, failing.signal]);

  /** Reads the rows of one statement. Returns what is left of the range; null when nothing is. */
  const readChunk = async (range: KeyRange): Promise<KeyRange | null> => {
    let rest = range;
    try {
      await interleaving.caughtUp(end);
      using window = await interleaving.window(table, end);
      if (!window) return null;
      for await (const piece of source.chunk(entity, range, window.seen, end)) {
        const left = { after: piece.rows.at(-1)!.key, upTo: range.upTo };
        await window.enter(piece, { ...chunk, range: rest, left, rows: piece.rows.length });
        // Only now: a piece whose place is lost is read again.
        rest = left;
      }
      if (rest !== range || end.aborted) return rest;
      await window.enter({ rows: [], until: null }, { ...chunk, range, left: null, rows: 0 });
      return null;
    } catch (error) {
      // An aborted wait for the source ends here.
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
  const ended = AbortSignal.any([stop, target.failed]);
  const isCopied = () => copies.of(table)!.left.length === 0;
  while (!isCopied() && !ended.aborted) await copies.until(isCopied, ended);
  if (ended.aborted) return;
  const { version: bar, range, rows } = copies.of(table)!;
  await target.copied(entity, bar, range);
  copies.done(entity);
  moved();
  log.info({ pipeline: state.name, table, rows }, "table copied");
}
