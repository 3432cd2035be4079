import { Notifier } from "../../runtime/notifier.js";
import type { Message } from "../../schema/change.js";
import { type Key, keyText } from "../../schema/entity.js";
import { tablesBelow } from "../../schema/foreign-key.js";
import { type LogPlace, type Position, rewriteVersion } from "../../schema/position.js";
import { Overtaken, type ServerPlace, type Source } from "../source.js";
import { type Arrival, type Suspects, Window } from "./window.js";

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

  /** Any row of these tables may have changed, and the log does not tell. */
  doubt(entities: readonly string[]): void {
    for (const window of this.#windows) if (entities.includes(window.entity)) window.doubt();
  }

  /** Rows of the table that held these values changed, and the log does not tell which. Statements may have read them as they were. */
  suspect(entity: string, suspects: Suspects): void {
    for (const window of this.#windows) if (window.entity === entity) window.suspect(suspects);
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
          this.doubt(message.entities);
          break;
        case "cascade": {
          this.#isWithin = true;
          // A pipeline says itself which rows changed. Rows that were asked for by their keys are left to it.
          const below = tablesBelow(message.foreignKeys, message.hits.map(({ foreignKey }) => foreignKey.entity));
          for (const window of this.#windows) if (window.asked && below.includes(window.entity)) window.touch(null);
          break;
        }
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
