import type { Change, Message, Unreadable } from "../../schema/change.js";
import { type Entity, type Key, type Row, keyOf, keyText } from "../../schema/entity.js";
import { everyKey, type KeyRange, type Position, type Version } from "../../schema/position.js";
import { type Source, type Survey, type Turn, Unheld } from "../../sync/source.js";

/** One row of one table set to a state, given another key, or emptied tables. */
export type Operation =
  | { readonly entity: Entity; readonly key: Key; readonly moved: Row }
  | { readonly entity: Entity; readonly key: Key; readonly row: Row | null }
  | { readonly truncate: Entity };

export interface Transaction {
  readonly operations: readonly Operation[];
  /** Microseconds. Clocks step, so it need not grow. */
  readonly stamp: number;
}

/** Which rows the "source" cannot read, as a zero date could not be. */
export type Readable = (row: Row) => string | null;

/**
 * A system of record in memory, with a log. Each chunk somebody reads lets `growth` more transactions commit, so that everything
 * happens while it is being read. Positions are numbers of transactions, in `offset`.
 */
export class MemorySource implements Source {
  readonly name = "memory";
  readonly #log: { readonly messages: readonly Message[]; readonly version: Version }[] = [];
  readonly #rows = new Map<string, Map<string, Row>>();
  readonly #pending: Transaction[];
  /** By `entity\0key`: every state the row had, in order; at first it is not there. */
  readonly #states = new Map<string, (Row | null)[]>();
  #version: Version = 0;

  constructor(history: readonly Transaction[], readonly unreadable: Readable, readonly growth: number, readonly chunk: number) {
    this.#pending = [...history];
  }

  get length(): number {
    return this.#log.length + this.#pending.length;
  }

  /** Transactions committed by now. */
  get committed(): number {
    return this.#log.length;
  }

  /** The version given out last. */
  get version(): Version {
    return this.#version;
  }

  statesOf(entity: string, place: string): readonly (Row | null)[] {
    return this.#states.get(`${entity}\0${place}`) ?? [null];
  }

  /** The latest version of each row up to a position, by `entity\0key`. */
  versionsUpTo(position: Position): ReadonlyMap<string, { readonly version: Version; readonly gone: boolean }> {
    const versions = new Map<string, { readonly version: Version; readonly gone: boolean }>();
    for (const { messages } of this.#log.slice(0, position.offset)) {
      for (const m of messages) {
        if (m.op === "truncate") for (const name of versions.keys()) if (name.startsWith(`${m.entity}\0`)) versions.delete(name);
        if ("key" in m) versions.set(`${m.entity}\0${keyText(m.key)}`, { version: m.version, gone: "after" in m && m.after === null });
      }
    }
    return versions;
  }

  /** Whether the row was deleted, or its table emptied, after that version: a snapshot need not have met it. */
  goneAfter(entity: string, place: string, version: Version): boolean {
    return this.#log.some(({ messages }) => messages.some((m) => "version" in m && m.version > version && "entity" in m && m.entity === entity
      && (m.op === "truncate" || (m.op === "delete" && keyText(m.key) === place))));
  }

  /** The tables as they are now, to be read later. */
  frozen(): Pick<MemorySource, "snapshot"> {
    const frozen = new MemorySource([], this.unreadable, this.growth, this.chunk);
    for (const [table, rows] of this.#rows) frozen.#rows.set(table, new Map(rows));
    return frozen;
  }

  positionAt(offset: number): Position {
    return { gtids: "", file: "memory", offset, version: offset === 0 ? 0 : this.#log[offset - 1]!.version };
  }

  table(entity: Entity): ReadonlyMap<string, Row> {
    return this.#rows.get(entity.table) ?? new Map();
  }

  async turn(): Promise<Turn> {
    return { lost: new AbortController().signal, held: async () => undefined, [Symbol.asyncDispose]: async () => undefined };
  }

  async preflight(): Promise<readonly []> {
    return [];
  }

  async head(): Promise<Position> {
    // As with a real server, the clock at the head may be beyond the last commit: versions go on from there.
    this.#version = Math.max(this.#version + 1, 1_000);
    const position = { ...this.positionAt(this.#log.length), version: this.#version };
    this.grow();
    return position;
  }

  async survey(entity: Entity, mostRanges: number): Promise<Survey> {
    const keys = [...this.table(entity).keys()].sort();
    const bounds = keys.filter((_, i) => i > 0 && i % Math.max(2, Math.ceil(keys.length / mostRanges)) === 0);
    const ends = [null, ...bounds.map((key) => [key]), null];
    return { rows: keys.length, ranges: ends.slice(1).map((upTo, i) => ({ after: ends[i]!, upTo })) };
  }

  async *snapshot(entity: Entity, at: { readonly version: Version }, range: KeyRange | null, signal?: AbortSignal): AsyncGenerator<(Change | Unreadable)[]> {
    const { after, upTo } = range ?? everyKey;
    let last = after ? keyText(after) : "";
    while (!signal?.aborted) {
      const next = [...this.table(entity)].filter(([key]) => key > last && (upTo === null || key <= keyText(upTo))).sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, this.chunk);
      if (next.length === 0) return;
      last = next.at(-1)![0];
      yield next.map(([, row]) => this.#message(entity, "read", keyOf(entity, row), null, row, at.version) as Change | Unreadable);
      this.grow();
    }
  }

  async *stream(after: Position, signal: AbortSignal): AsyncGenerator<Message[]> {
    let waiting: Message[] = [];
    for (let at = after.offset; !signal.aborted;) {
      if (at < this.#log.length) waiting.push(...this.#log[at++]!.messages);
      else waiting.push({ op: "idle", at: Date.now() });
      while (waiting.length >= this.chunk || (waiting.length > 0 && at === this.#log.length)) {
        yield waiting.splice(0, this.chunk);
        this.grow();
        if (signal.aborted) return;
      }
      await new Promise(setImmediate);
    }
  }

  async rows(entity: Entity, keys: readonly Key[]): Promise<(Row | Unheld | null)[]> {
    return keys.map((key) => {
      const row = this.table(entity).get(keyText(key)) ?? null;
      const reason = row && this.unreadable(row);
      return reason ? new Unheld(reason) : row;
    });
  }


  reached(position: Position, target: Position): boolean {
    return position.offset >= target.offset;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  grow(transactions = this.growth): void {
    for (const { operations, stamp } of this.#pending.splice(0, transactions)) {
      const messages: Message[] = [];
      for (const operation of operations) this.#apply(operation, stamp, messages);
      this.#log.push({ messages: [...messages, { op: "commit", position: { gtids: "", file: "memory", offset: this.#log.length + 1, version: this.#version }, committedAt: stamp }], version: this.#version });
    }
  }

  #apply(operation: Operation, stamp: number, into: Message[]): void {
    const next = () => (this.#version = Math.max(this.#version + 1, stamp));
    if ("truncate" in operation) {
      for (const place of this.table(operation.truncate).keys()) this.#states.get(`${operation.truncate.table}\0${place}`)!.push(null);
      this.#rows.delete(operation.truncate.table);
      into.push({ op: "truncate", entity: operation.truncate.table, version: next() });
      return;
    }
    if ("moved" in operation) {
      const { entity, key, moved } = operation;
      const free = !this.table(entity).has(keyText(keyOf(entity, moved)));
      if (!free || !this.table(entity).has(keyText(key))) return;
      this.#apply({ entity, key, row: null }, stamp, into);
      this.#apply({ entity, key: keyOf(entity, moved), row: moved }, stamp, into);
      return;
    }
    const { entity, key, row } = operation;
    const table = this.#rows.get(entity.table) ?? new Map<string, Row>();
    this.#rows.set(entity.table, table);
    const before = table.get(keyText(key)) ?? null;
    const name = `${entity.table}\0${keyText(key)}`;
    this.#states.set(name, [...this.#states.get(name) ?? [null], row]);
    if (row) table.set(keyText(key), row);
    else table.delete(keyText(key));
    const known = before && this.unreadable(before) === null ? before : null;
    if (!row) {
      if (before) into.push({ op: "delete", entity: entity.table, key, before: known, after: null, version: next() });
      return;
    }
    if (this.unreadable(row) !== null && before) into.push({ op: "delete", entity: entity.table, key, before: known, after: null, version: next() });
    into.push(this.#message(entity, known ? "update" : "create", key, known, row, next()));
  }

  #message(entity: Entity, op: "read" | "create" | "update", key: Key, before: Row | null, after: Row, version: Version): Message {
    const reason = this.unreadable(after);
    return reason === null ? { op, entity: entity.table, key, before, after, version } : { op: "unreadable", entity: entity.table, key, version, reason };
  }
}
