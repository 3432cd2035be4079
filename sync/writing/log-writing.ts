import type { Catalog } from "../../schema/catalog.js";
import type { Recopy, Rejection } from "../../schema/change.js";
import type { Entity } from "../../schema/entity.js";
import { type Copied, isWhole, type KeyRange, type Progress, type Version } from "../../schema/position.js";
import type { LogEntry, LogSink } from "../../stores/log-sink.js";
import { StoreRefusal } from "../../stores/ports.js";
import type { Copies } from "../progress/copies.js";
import type { Arrival } from "../reading/window.js";
import { Ordered } from "./ordered.js";
import type { PipelineParts } from "./parts.js";
import type { LetterBox } from "./rejections.js";

/** The stream broke within a transaction that was appended in part. The log takes that part back when it begins again. */
export class BrokenOff extends Error {
  override readonly name = "BrokenOff";
}

/**
 * The appends of one pipeline, one after another and in the order of the source's log. None is tried again: any failure ends it.
 * Each append that ends at a commit, or at the end of a copy's piece, has the progress in the same call (invariants 1, 5 and 15).
 */
export class LogWriting {
  readonly #failed = new AbortController();
  readonly #ordered = new Ordered(1, this.#failed);
  readonly #signal: AbortSignal;
  readonly #sink: LogSink;
  readonly #catalog: Catalog;
  #now: Progress & { readonly copied: Copied };
  #stored: Progress & { readonly copied: Copied };
  #storedAt = -Infinity;
  /** Whether something was appended that no progress has ended. */
  #isOpen = false;
  /** Whether the transaction under way has brought an entry. */
  #hasEntries = false;
  /** What was refused since the last progress. */
  #refused: Rejection[] = [];

  constructor(
    readonly parts: PipelineParts<LogSink>, readonly letters: LetterBox, readonly copies: Copies, stored: Progress,
    readonly copyAgain: (recopy: Recopy) => void, cutoff: AbortSignal,
  ) {
    [this.#sink, this.#catalog] = [parts.sink, parts.catalog];
    this.#signal = AbortSignal.any([cutoff, this.#failed.signal]);
    this.#now = this.#stored = { ...stored, copied: copies.copied };
    this.#show();
  }

  /** Aborts when an append has failed. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /** Whether the log holds a part of a transaction whose end it was not given. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Resolves when one more append may begin. @throws what failed */
  room(): Promise<void> {
    return this.#ordered.room();
  }

  /** Resolves when nothing is on its way to the log any more, however it ended. */
  ended(): Promise<void> {
    return this.#ordered.ended();
  }

  async append(messages: readonly Arrival[]): Promise<void> {
    await this.#ordered.add(() => this.#append(messages), async () => undefined);
  }

  /** A copy is whole. A log sweeps nothing; only letters of rows that are no longer there are settled. */
  async copied({ table }: Entity, olderThan: Version, within: KeyRange): Promise<void> {
    await this.#ordered.add(() => this.letters.swept(table, olderThan, within), async () => this.#settled(0));
    await this.#ordered.passed();
  }

  /** Resolves when all is appended, and the progress with it. @throws what failed */
  async store(): Promise<void> {
    await this.#ordered.drained();
    if (!this.#isOpen && this.#hasMoved(this.#progress())) await this.#end([]);
  }

  async #append(messages: readonly Arrival[]): Promise<void> {
    const end = messages.findLastIndex(({ op }) => op === "commit" || op === "chunk-end") + 1;
    const isWhole = !messages.slice(end).some(isEntry);
    const closing = this.#take(isWhole ? messages : messages.slice(0, end));
    if (end > 0 || (isWhole && !this.#isOpen)) {
      if (closing.length > 0 || this.#isOpen || this.#isDue()) await this.#end(closing);
    }
    if (isWhole) return;
    const group = this.#take(messages.slice(end));
    if (group.length === 0) return;
    this.#isOpen = true;
    this.#refused.push(...await this.#sink.append(group, null, this.#signal));
    this.#settled(group.length);
  }

  /** Appends what ends here, with the progress. */
  async #end(group: readonly LogEntry[]): Promise<void> {
    const progress = this.#progress();
    const refused = [...this.#refused, ...await this.#sink.append(group, progress, this.#signal)];
    [this.#isOpen, this.#refused, this.#stored, this.#storedAt] = [false, [], progress, performance.now()];
    this.#show();
    try {
      await this.letters.kept(refused, group);
    } finally {
      this.#settled(group.filter(({ op }) => op !== "commit").length);
    }
  }

  /** The entries among the messages; the others change what the next progress says. */
  #take(messages: readonly Arrival[]): readonly LogEntry[] {
    const entries: LogEntry[] = [];
    let ended = 0, isOpen = this.#isOpen;
    const atEnd = () => {
      [ended, isOpen, this.#hasEntries] = [entries.length, false, false];
    };
    for (const message of messages) {
      switch (message.op) {
        case "commit":
          if (this.#hasEntries) entries.push(message);
          this.#now = { ...this.#now, position: message.position };
          this.#current(Math.floor(message.committedAt / 1000));
          atEnd();
          break;
        case "chunk-end":
          this.copies.advanced(message);
          atEnd();
          break;
        case "connected":
          if (isOpen) throw new BrokenOff("the stream began again within a transaction");
          entries.length = ended;
          this.#hasEntries = false;
          break;
        case "idle": this.#current(message.at); break;
        case "recopy": this.copyAgain(message); break;
        case "cascade": throw new StoreRefusal(
          this.#sink.name, "foreign keys changed rows that the server does not log, and a log cannot find them",
          "use MySQL 9.6 or newer, or make these keys RESTRICT",
        );
        case "truncate":
          this.copies.emptied(this.#catalog.entity(message.entity), message.version);
          this.#add(entries, message);
          break;
        case "unheld": case "read": case "create": case "update": case "delete": this.#add(entries, message); break;
        default: message satisfies never;
      }
    }
    return entries;
  }

  #add(entries: LogEntry[], entry: LogEntry): void {
    entries.push(entry);
    this.#hasEntries = true;
  }

  #current(at: number): void {
    this.#now = { ...this.#now, currentAt: Math.max(this.#now.currentAt, at) };
  }

  #progress(): Progress & { readonly copied: Copied } {
    return { ...this.#now, copied: this.copies.copied };
  }

  #moves({ position, copied }: Progress & { readonly copied: Copied }): boolean {
    return position !== this.#stored.position || copied !== this.#stored.copied;
  }

  #hasMoved(progress: Progress & { readonly copied: Copied }): boolean {
    return this.#moves(progress) || progress.currentAt !== this.#stored.currentAt;
  }

  /** Whether progress alone is worth a commit of the log. */
  #isDue(): boolean {
    const progress = this.#progress(), { busyMs, idleMs } = this.parts.limits.pace;
    return this.#hasMoved(progress) && performance.now() >= this.#storedAt + (this.#moves(progress) ? busyMs : idleMs);
  }

  #settled(rows: number): void {
    this.parts.state.apply({ kind: "settled", rows, deadLetters: this.letters.count });
  }

  #show(): void {
    const { position, currentAt } = this.#stored;
    this.parts.state.apply({ kind: "progress stored", position, currentAt: isWhole(this.#stored) ? currentAt : null });
  }
}

/** Whether the message stands within a transaction, or within a copy's piece. */
function isEntry({ op }: Arrival): boolean {
  return op !== "commit" && op !== "chunk-end" && op !== "connected" && op !== "idle" && op !== "recopy";
}
