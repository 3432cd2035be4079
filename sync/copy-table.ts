import type { Change, Rejection } from "../schema/change.js";
import type { Entity, Key } from "../schema/entity.js";
import type { KeyRange, Version } from "../schema/position.js";
import type { Copies } from "./copies.js";
import type { PipelineParts } from "./parts.js";
import { Unheld } from "./source.js";
import type { Writing } from "./writing.js";

export interface TableWork {
  readonly entity: Entity;
  /** Of the rows it writes, unless it goes on with a copy that was begun. */
  readonly version: Version;
  /** Ranges read side by side. Each holds one chunk at most while it waits for room among the writes. */
  readonly readers: number;
  /** Stores the copies as they stand. */
  readonly store: () => Promise<void>;
}

/**
 * Copies a table into the sink, from where it stands, and takes out what the source no longer has. Without a lock, beside writes that go
 * on: whatever is committed meanwhile is newer than the copy and comes from the stream (invariants 3 and 4). Returns early when `stop` aborts.
 */
export async function copyTable({ source, sink, state, log }: PipelineParts, writing: Writing, copies: Copies, work: TableWork, stop: AbortSignal): Promise<void> {
  const { entity, readers, store } = work;
  const { copy: { version, ...begun }, cut } = copies.begin(entity, work.version);
  const failing = new AbortController();
  const end = AbortSignal.any([stop, cut, writing.failed, failing.signal]);
  const left: (KeyRange | null)[] = [...begun.left];
  let [rows, next] = [begun.rows, 0];

  const moved = async (range: number, now: KeyRange | null, more: number) => {
    left[range] = now;
    rows += more;
    if (cut.aborted) return;
    copies.moved(entity.table, { version, range: begun.range, left: left.filter((each) => each !== null), rows });
    await store();
  };
  const copyRange = async (range: number) => {
    const { upTo } = left[range]!;
    for await (const chunk of source.snapshot(entity, { version }, left[range]!, end)) {
      const last: Key = chunk.at(-1)!.key;
      const [changes, unreadable] = [chunk.filter((message) => message.op !== "unreadable"), chunk.filter((message) => message.op === "unreadable")];
      await writing.write(changes, unreadable, async (refused) => {
        if (refused.length > 0) await lookAgain(refused);
        await moved(range, { after: last, upTo }, chunk.length);
      });
    }
    if (!end.aborted) await writing.write([], [], () => moved(range, null, 0));
  };
  /**
   * Between the reading of a row and its refusal the stream may have brought what became of it. Nobody would settle that letter: so,
   * now that it is known, the row is tried once more as it is.
   */
  const lookAgain = async (refused: readonly Rejection[]) => {
    const now = await source.rows(entity, refused.map(({ key }) => key));
    const held = refused.flatMap((letter, i) => (now[i] instanceof Unheld ? [] : [{ letter, row: now[i]! }]));
    await writing.again(held.map(({ letter }) => letter), held.map(({ letter: { key }, row }): Change | null =>
      row && { op: "read", entity: entity.table, key, before: null, after: row, version }));
  };
  const read = async () => {
    while (next < left.length && !end.aborted) await copyRange(next++);
  };

  await Promise.all(Array.from({ length: readers }, () => read().catch((error: unknown) => failing.abort(error))));
  failing.signal.throwIfAborted();
  if (stop.aborted) return;
  await writing.passed();
  const { version: bar, range } = copies.of(entity);
  await sink.sweep(entity, bar, range);
  // A row that was refused, and deleted in what the log no longer tells, is settled by nothing else.
  await writing.write([], [], async () => {
    await writing.letters.swept(entity.table, bar, range);
    state.deadLetters = writing.letters.count;
  });
  await writing.passed();
  copies.done(entity);
  await store();
  log.info({ pipeline: state.name, table: entity.table, rows }, "table copied");
}
