import { Notifier } from "../../runtime/notifier.js";
import type { Message } from "../../schema/change.js";
import { type Key, keyText } from "../../schema/entity.js";
import { type KeyRange, type LogPlace, type Position, rewriteVersion, type Version } from "../../schema/position.js";
import { Overtaken, type Piece, type ServerPlace, type Source } from "../source.js";

/** Stands behind the first `rows` rows of a key range that a copy reads. Once they are settled, `left` is left of `range`. */
export interface ChunkEnd {
  readonly op: "chunk-end";
  readonly entity: string;
  /** The version of the copy. */
  readonly version: Version;
  /** Aborts when nothing of the copy is wanted any more. */
  readonly cut: AbortSignal;
  readonly range: KeyRange;
  readonly left: KeyRange | null;
  readonly rows: number;
}

/** What a pipeline writes: the stream's messages, and among them rows that were read from tables. */
export type Arrival = Message | ChunkEnd;

/**
 * Gives rows that are read from tables a place in the source's log. So no older change ever follows them, and no reader sees a row go back.
 * Netflix's DBLog has the idea; the watermarks are the log's own places.
 * What was committed before a window was opened is visible to the statement. All that the statement can
 * have seen was logged before the piece's `until`.
 * Once the stream has passed that place, the rows enter it there, newer than all before and older than all after. Rows that changed since
 * the window was opened stay out.
 */
export class Interleaving {
  #position: Position;
  /** The server that the stream comes from, and how far in its log; null before it says so. */
  #server: string | null = null;
  #place: LogPlace | null = null;
  /** Whether changes of a transaction were given out, and its end was not. */
  #isWithin = false;
  readonly #windows = new Set<Window>();
  readonly #changes = new Notifier();

  constructor(readonly source: Pick<Source, "end" | "passed">, from: Position) {
    this.#position = from;
  }

  /** The end of the last transaction that was given out. */
  get position(): Position {
    return this.#position;
  }

  /** Yields the stream with the rows at their places. Windows that are open when it ends fail. */
  async *through(
    open: (signal: AbortSignal) => AsyncIterable<readonly Message[]>, signal: AbortSignal,
  ): AsyncGenerator<readonly Arrival[], void, undefined> {
    const ending = new AbortController();
    const stream = open(AbortSignal.any([signal, ending.signal]))[Symbol.asyncIterator]();
    let next = stream.next();
    try {
      for (;;) {
        const some = await Promise.race([next, this.#changes.next()]);
        if (some?.done) return;
        if (some) yield* this.#merged(some.value);
        // While these are taken, more may have come.
        for (let entered = this.#entered(); entered.length > 0; entered = this.#entered()) yield entered;
        if (some) next = stream.next();
      }
    } finally {
      ending.abort();
      next.catch(() => undefined);
      this.#fail(new Overtaken("the stream has ended"));
    }
  }

  /** Resolves when the stream has passed all that is logged by now. What is read after that does not wait for long. */
  async caughtUp(signal: AbortSignal): Promise<void> {
    const until = await this.source.end(signal);
    while (until && !this.#hasPassed(until) && !signal.aborted) await this.#changes.until(() => this.#hasPassed(until), signal);
  }

  /** Begins, at the end of a transaction, to remember what changes in the table: every key, or these. Null when `signal` aborts before. */
  async window(entity: string, signal: AbortSignal, keys?: readonly Key[]): Promise<Window | null> {
    while (this.#isWithin && !signal.aborted) await this.#changes.until(() => !this.#isWithin, signal);
    if (signal.aborted) return null;
    const window = new Window(
      entity, this.#position, keys ? new Set(keys.map(keyText)) : null, () => this.#changes.notify(), () => this.#windows.delete(window),
    );
    this.#windows.add(window);
    return window;
  }

  *#merged(messages: readonly Message[]): Generator<readonly Arrival[]> {
    let given = 0;
    for (const [i, message] of messages.entries()) {
      switch (message.op) {
        case "commit": {
          [this.#position, this.#place, this.#isWithin] = [message.position, message.position, false];
          const entered = this.#entered();
          if (entered.length === 0) break;
          yield messages.slice(given, i + 1);
          yield entered;
          given = i + 1;
          break;
        }
        case "idle":
          if (message.place) [this.#place, this.#isWithin] = [message.place, false];
          break;
        case "connected":
          // What was read before a break may come from another server, or from transactions that are lost.
          if (this.#server !== null) this.#fail(new Overtaken("the stream began again"));
          [this.#server, this.#place, this.#isWithin] = [message.server, null, false];
          break;
        case "recopy":
          this.#isWithin = true;
          // Rows that were read before this must not stand behind it: rows that are read again would be no newer.
          for (const window of this.#windows) if (message.entities.includes(window.entity)) window.doubt();
          break;
        case "truncate": case "unheld": case "read": case "create": case "update": case "delete":
          this.#isWithin = true;
          for (const window of this.#windows) if (window.entity === message.entity) window.touch(
            message.op === "truncate" ? null : message.key,
          );
          break;
        default: message satisfies never;
      }
    }
    if (given < messages.length) yield given === 0 ? messages : messages.slice(given);
    this.#changes.notify();
  }

  /** The rows whose place has come. */
  #entered(): Arrival[] {
    if (this.#isWithin) return [];
    return [...this.#windows].flatMap((window) => (window.waits(({ until }) => until === null || this.#hasPassed(until))
      ? window.entered(rewriteVersion(this.#position.version)) : []));
  }

  #hasPassed(place: ServerPlace): boolean {
    return place.server === this.#server && this.#place !== null && this.source.passed(this.#place, place);
  }

  #fail(error: Overtaken): void {
    for (const window of this.#windows) window.fail(error);
    this.#windows.clear();
    this.#changes.notify();
  }
}

/** How many keys a window remembers at most. */
const mostTouched = 100_000;

/** From the moment a statement may read its rows until these have entered the stream. */
export class Window implements Disposable {
  readonly #touched = new Set<string>();
  #isEmptied = false;
  #entry: { readonly piece: Piece; readonly end: ChunkEnd; readonly done: () => void; readonly failed: (error: Error) => void } | null =
    null;
  #failure: Error | null = null;

  /** `seen`: what is committed up to here must be visible to the statement. `asked`: the keys it reads, if it does not read a range. */
  constructor(
    readonly entity: string,
    readonly seen: Position,
    readonly asked: ReadonlySet<string> | null,
    readonly ready: () => void,
    readonly closed: () => void,
  ) {}

  /** Resolves when the rows have entered. Rows without a place in the log enter with the version of their copy. @throws Overtaken */
  async enter(piece: Piece, end: ChunkEnd): Promise<void> {
    if (this.#failure) throw this.#failure;
    await new Promise<void>((done, failed) => {
      this.#entry = { piece, end, done, failed };
      this.ready();
    });
  }

  /** The key's row changed, or (null) every row of the table. */
  touch(key: Key | null): void {
    if (this.#failure) return;
    if (key === null) this.#isEmptied = true;
    else if (!this.asked || this.asked.has(keyText(key))) this.#touched.add(keyText(key));
    if (this.#touched.size > mostTouched) this.fail(new Overtaken(`more than ${mostTouched} rows changed`));
  }

  /** Any row may have changed without a trace in the log. A range is read again; single keys are left to the copy that is due. */
  doubt(): void {
    if (this.asked) this.touch(null);
    else this.fail(new Overtaken("rows changed that the log does not tell"));
  }

  /** Whether a piece is here that waits for nothing else. */
  waits(isPassed: (piece: Piece) => boolean): boolean {
    return this.#entry !== null && isPassed(this.#entry.piece);
  }

  entered(version: Version): Arrival[] {
    const { piece, end, done } = this.#entry!;
    this.#entry = null;
    done();
    if (piece.until === null) return [...piece.rows.map((row) => ({ ...row, version: end.version })), end];
    const rows = this.#isEmptied ? [] : piece.rows.filter(({ key }) => !this.#touched.has(keyText(key)));
    return [...rows.map((row) => ({ ...row, version })), end];
  }

  fail(error: Error): void {
    this.#failure = error;
    this.#touched.clear();
    this.#entry?.failed(error);
    this.#entry = null;
  }

  [Symbol.dispose](): void {
    this.closed();
  }
}
