import { Notifier } from "../../runtime/notifier.js";
import type { Cascade, Change, Commit, Recopy, Truncate, UnheldChange } from "../../schema/change.js";
import type { Row } from "../../schema/entity.js";
import type { Arrival, ChunkEnd } from "./window.js";

/** Consecutive messages that are written together. */
export interface Batch {
  /** All of them as they came, which a log keeps. The other members are for sinks to which their order means nothing. */
  readonly messages: readonly Arrival[];
  readonly changes: readonly Change[];
  readonly unheld: readonly UnheldChange[];
  /** The last transaction end in the batch. Once this and every earlier batch are settled, its position may be stored. */
  readonly commit: Commit | null;
  /** When the source last had nothing more, in milliseconds since the epoch; everything before is in this batch or an earlier one. */
  readonly idleAt: number | null;
  /** The batch ends with it: its changes came before, so the pipeline writes them before. */
  readonly truncate: Truncate | null;
  /** Tables that the pipeline copies again, from places within the batch. */
  readonly recopies: readonly Recopy[];
  /** Nothing more comes before these are settled, so the batch is given out at once. */
  readonly cascades: readonly Cascade[];
  /** Pieces of copies that end in this batch: each is whole in it and earlier ones. */
  readonly chunks: readonly ChunkEnd[];
}

/** What a batch and what is read ahead may hold: whichever comes first. A single row may be larger. */
export interface BatchLimits {
  readonly rows: number;
  readonly bytes: number;
}

/** When a batch is given out. */
export interface Timing {
  /** Resolves when there is room for one more to be written. @throws what ended the writing */
  readonly room: () => Promise<void>;
  /** How long a batch that is not full waits for more. */
  readonly lingerMs: number;
}

/**
 * Reads ahead, within `limits`, while what was given out is being written. Once there is room, the next
 * batch is everything that has arrived meanwhile.
 * So a batch is small when little happens, and as large as it must be when much does.
 */
export async function* batches(
  messages: AsyncIterable<readonly Arrival[]>, limits: BatchLimits, { room, lingerMs }: Timing,
): AsyncGenerator<Batch, void, undefined> {
  const arrivals = new Arrivals(limits);
  const reading = readAhead(messages, arrivals);
  try {
    while (await arrivals.some()) {
      await room();
      if (lingerMs > 0) await arrivals.full(lingerMs);
      yield arrivals.take();
    }
  } finally {
    arrivals.close();
    await reading;
  }
}

/** Fills `arrivals` until the messages end. A failure reaches the taker. */
async function readAhead(messages: AsyncIterable<readonly Arrival[]>, arrivals: Arrivals): Promise<void> {
  try {
    for await (const some of messages) {
      arrivals.add(some);
      if (!(await arrivals.room())) return;
    }
    arrivals.end(null);
  } catch (error) {
    arrivals.end(error);
  }
}

class Arrivals {
  readonly #queue: { readonly messages: readonly Arrival[]; readonly sizes: readonly number[] }[] = [];
  #next = 0;
  #rows = 0;
  #bytes = 0;
  #end: { readonly error: unknown } | null = null;
  #closed = false;
  readonly #changes = new Notifier();

  constructor(readonly limits: BatchLimits) {}

  add(messages: readonly Arrival[]): void {
    const sizes = messages.map(sizeOf);
    this.#queue.push({ messages, sizes });
    this.#rows += messages.length;
    for (const size of sizes) this.#bytes += size;
    this.#changes.notify();
  }

  end(error: unknown): void {
    this.#end = { error };
    this.#changes.notify();
  }

  close(): void {
    this.#closed = true;
    this.#changes.notify();
  }

  /** Resolves when more may be added; false when no taker is left. */
  async room(): Promise<boolean> {
    while (!this.#closed && this.#isFull) await this.#changes.next();
    return !this.#closed;
  }

  /** Resolves when there is something to take; false at the end. @throws what the reading failed with */
  async some(): Promise<boolean> {
    while (this.#rows === 0 && !this.#end) await this.#changes.next();
    if (this.#rows === 0 && this.#end?.error) throw this.#end.error;
    return this.#rows > 0;
  }

  /** Resolves when there is a whole batch, when no more will come, or after `withinMs`. */
  async full(withinMs: number): Promise<void> {
    await this.#changes.until(() => this.#end !== null || this.#closed || this.#isFull, null, withinMs);
  }

  get #isFull(): boolean {
    return this.#rows >= this.limits.rows || this.#bytes >= this.limits.bytes || this.#queue.at(-1)?.messages.at(-1)?.op === "cascade";
  }

  take(): Batch {
    const { rows, bytes } = this.limits;
    const all: Arrival[] = [];
    const changes: Change[] = [];
    const unheld: UnheldChange[] = [];
    const recopies: Recopy[] = [];
    const cascades: Cascade[] = [];
    const chunks: ChunkEnd[] = [];
    let [commit, idleAt, truncate, taken]: [Commit | null, number | null, Truncate | null, number] = [null, null, null, 0];
    while (this.#queue.length > 0) {
      const { messages, sizes } = this.#queue[0]!;
      const message = messages[this.#next]!;
      if (isRow(message) && (truncate || changes.length + unheld.length >= rows || (taken > 0 && taken + sizes[this.#next]! > bytes)))
        break;
      all.push(message);
      switch (message.op) {
        case "commit": commit = message; break;
        case "idle": idleAt = message.at; break;
        case "truncate": truncate = message; break;
        case "connected": break;
        case "chunk-end": chunks.push(message); break;
        case "cascade": cascades.push(message); break;
        case "recopy": recopies.push(message); break;
        case "unheld": unheld.push(message); break;
        default: changes.push(message);
      }
      taken += sizes[this.#next]!;
      this.#forget(messages.length, sizes[this.#next]!);
    }
    this.#changes.notify();
    return { messages: all, changes, unheld, commit, idleAt, truncate, recopies, cascades, chunks };
  }

  #forget(length: number, bytes: number): void {
    this.#rows--;
    this.#bytes -= bytes;
    if (++this.#next < length) return;
    this.#queue.shift();
    this.#next = 0;
  }
}

function isRow({ op }: Arrival): boolean {
  return op !== "commit" && op !== "idle" && op !== "recopy" && op !== "cascade" && op !== "connected" && op !== "chunk-end";
}

/** About what a message takes in memory. */
export function sizeOf(message: Arrival): number {
  if (!("after" in message)) return 64;
  return 128 + rowSize(message.after) + rowSize(message.before);
}

function rowSize(row: Row | null): number {
  let size = 0;
  if (row) for (const name in row) size += 16 + (typeof row[name] === "string" ? (row[name] as string).length : 0);
  return size;
}
