import type { Message } from "../../../schema/change.js";
import { type Entity, type Key, type Row, keyOf, keyText } from "../../../schema/entity.js";
import { type ForeignKey, tablesBelow, valuesOf, valuesText } from "../../../schema/foreign-key.js";
import { everyKey, type KeyRange, type LogPlace, nextVersion, type Position, type Version } from "../../../schema/position.js";
import { Unheld } from "../../../schema/unheld.js";
import type { Found, Piece, ServerPlace, Source, Survey, FeedLock } from "../../../sync/source.js";
import { type Tables, workOf } from "../foreign-keys.js";

/** One row of one table set to a state, given another key, or emptied tables; or a row set without its values in the log. */
export type Operation =
  | { readonly entity: Entity; readonly key: Key; readonly moved: Row }
  | { readonly entity: Entity; readonly key: Key; readonly row: Row | null }
  | { readonly truncate: Entity }
  | { readonly statement: Entity; readonly key: Key; readonly row: Row | null };

export interface Transaction {
  readonly operations: readonly Operation[];
  /** Microseconds. Clocks step, so it need not grow. */
  readonly stamp: number;
}

interface Logged {
  readonly messages: readonly Message[];
  readonly version: Version;
  /** By table; without a place, every row of it. */
  readonly effects: readonly { readonly table: string; readonly place?: string; readonly row: Row | null }[];
}

/** Which rows the "source" cannot read, like a zero date. */
export type Readable = (row: Row) => string | null;

/**
 * A system of record in memory, with a log. Each chunk that is read lets `growth` more transactions commit,
 * so that everything happens during the reading.
 * Positions are numbers of transactions, in `offset`.
 */
export class MemorySource implements Source {
  readonly name = "memory";
  readonly #log: Logged[] = [];
  readonly #rows = new Map<string, Map<string, Row>>();
  /** The rows as statements see them: a transaction is logged, and can be followed, before it is visible. */
  readonly #visible = new Map<string, Map<string, Row>>();
  #shown = 0;
  readonly #pending: Transaction[];
  /** By `entity\0key`: every state the row had, in order. At first there is no row. */
  readonly #states = new Map<string, (Row | null)[]>();
  #version: Version = 0;

  /** `foreignKeys` change rows, and the log does not tell which. `breaks`: after so many messages, the stream begins again behind the last transaction that it gave out. */
  constructor(
    history: readonly Transaction[], readonly unheld: Readable, readonly growth: number, readonly atOnce: number,
    readonly breaks = Infinity, readonly foreignKeys: readonly ForeignKey[] = [],
  ) {
    this.#pending = [...history];
  }

  get length(): number {
    return this.#log.length + this.#pending.length;
  }

  /** How many transactions are committed by now. */
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

  /** What was logged by the transactions behind `after`, up to and with number `upTo`. */
  logged(after: number, upTo: number): readonly Message[] {
    return this.#log.slice(after, upTo).flatMap(({ messages }) => messages);
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

  /** Whether, after that version, the row was deleted, its table emptied, or a statement changed it: then a snapshot may miss it. */
  goneAfter(entity: string, place: string, version: Version): boolean {
    const isGone = (m: Message) => (m.op === "recopy" ? m.entities.includes(entity)
      : m.op === "cascade" ? tablesBelow(m.foreignKeys, m.hits.map(({ foreignKey }) => foreignKey.entity)).includes(entity)
      : "entity" in m && m.entity === entity && (m.op === "truncate" || (m.op === "delete" && keyText(m.key) === place)));
    return this.#log.some(({ messages }) => messages.some((m) => "version" in m && m.version > version && isGone(m)));
  }

  /** The tables as they are now, for a later read. */
  frozen(): Pick<MemorySource, "snapshot"> {
    const frozen = new MemorySource([], this.unheld, this.growth, this.atOnce);
    for (const [table, rows] of this.#rows) frozen.#rows.set(table, new Map(rows));
    return frozen;
  }

  positionAt(offset: number): Position {
    return { gtids: "", file: "memory", offset, version: offset === 0 ? 0 : this.#log[offset - 1]!.version };
  }

  table(entity: Entity): ReadonlyMap<string, Row> {
    return this.#rows.get(entity.table) ?? new Map();
  }

  async feedLock(): Promise<FeedLock> {
    return { lost: new AbortController().signal, held: async () => undefined, [Symbol.asyncDispose]: async () => undefined };
  }

  async preflight(): Promise<readonly []> {
    return [];
  }

  async head(): Promise<Position> {
    // As with a real server, the clock at the head may be beyond the last commit: versions go on from there.
    this.#version = nextVersion(this.#version, 1_000);
    const position = { ...this.positionAt(this.#log.length), version: this.#version };
    this.grow();
    return position;
  }

  beginning(): Promise<Position> {
    return this.head();
  }

  async survey(entity: Entity, mostRanges: number): Promise<Survey> {
    const keys = [...this.table(entity).keys()].sort();
    const bounds = keys.filter((_, i) => i > 0 && i % Math.max(2, Math.ceil(keys.length / mostRanges)) === 0);
    const ends = [null, ...bounds.map((key) => [key]), null];
    return { rows: keys.length, ranges: ends.slice(1).map((upTo, i) => ({ after: ends[i]!, upTo })) };
  }

  async *snapshot(entity: Entity, range: KeyRange | null, signal?: AbortSignal): AsyncGenerator<Found[]> {
    for (let { after, upTo } = range ?? everyKey; !signal?.aborted;) {
      const rows = this.#read(this.table(entity), entity, { after, upTo }).slice(0, this.atOnce);
      if (rows.length === 0) return;
      after = rows.at(-1)!.key;
      yield rows;
      this.grow();
    }
  }

  /** Perhaps only `seen` is visible of what is logged already. Transactions commit before the caller asks for the log's end, and after. */
  async *chunk(entity: Entity, range: KeyRange, seen: Position, signal: AbortSignal): AsyncGenerator<Piece> {
    this.#show(seen.offset);
    const rows = this.#read(this.#visible.get(entity.table) ?? new Map<string, Row>(), entity, range);
    this.grow();
    const until = await this.end();
    for (const [i] of rows.entries()) if (i % this.atOnce === 0 && !signal.aborted) yield { rows: rows.slice(i, i + this.atOnce), until };
    this.grow();
  }

  #show(upTo: number): void {
    for (; this.#shown < upTo; this.#shown++) {
      for (const { table, place, row } of this.#log[this.#shown]!.effects) {
        const rows = this.#visible.get(table) ?? new Map<string, Row>();
        this.#visible.set(table, rows);
        if (place === undefined) rows.clear();
        else if (row) rows.set(place, row);
        else rows.delete(place);
      }
    }
  }

  /** A statement reads twice as many rows as come in one piece. */
  #read(rows: ReadonlyMap<string, Row>, entity: Entity, { after, upTo }: KeyRange): Found[] {
    const last = after ? keyText(after) : "";
    return [...rows].filter(([key]) => key > last && (upTo === null || key <= keyText(upTo))).sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, 2 * this.atOnce)
      .map(([, row]) => this.#message(entity, "read", keyOf(entity, row), null, row, 0) as Found);
  }

  async end(): Promise<ServerPlace> {
    return { server: "memory", file: "memory", offset: this.#log.length };
  }

  async *stream(after: Position, signal: AbortSignal): AsyncGenerator<Message[]> {
    let [waiting, ended, given, ends]: [Message[], number, number, number] = [[], after.offset, 0, 0];
    const begin: Message = { op: "connected", server: "memory" };
    yield [begin];
    for (let at = after.offset; !signal.aborted;) {
      // A transaction that is longer must end once, or the stream would never get past it.
      if (given > this.breaks && ends > 0) {
        [waiting, at, given, ends] = [[], ended, 0, 0];
        yield [begin];
      }
      if (at < this.#log.length) waiting.push(...this.#log[at++]!.messages);
      else waiting.push({ op: "idle", at: Date.now(), place: { file: "memory", offset: at } });
      while (waiting.length >= this.atOnce || (waiting.length > 0 && at === this.#log.length)) {
        const messages = waiting.splice(0, this.atOnce);
        for (const message of messages) {
          if (message.op === "commit") ended = message.position.offset;
          if (message.op === "commit" || message.op === "idle") ends++;
        }
        yield messages;
        given += messages.length;
        this.grow();
        if (signal.aborted) return;
        if (given > this.breaks && ends > 0) break;
      }
      await new Promise(setImmediate);
    }
  }

  async rows(entity: Entity, keys: readonly Key[]): Promise<(Row | Unheld | null)[]> {
    return keys.map((key) => {
      const row = this.table(entity).get(keyText(key)) ?? null;
      const reason = row && this.unheld(row);
      return reason ? new Unheld(reason) : row;
    });
  }

  passed(at: LogPlace, place: LogPlace): boolean {
    return at.offset >= place.offset;
  }

  reached(position: Position, target: Position): boolean {
    return position.offset >= target.offset;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** A row becomes another, or none, and the log does not tell. */
  behind({ table }: Entity, place: string, row: Row | null): void {
    this.#show(this.#log.length);
    for (const rows of [this.#rows.get(table), this.#visible.get(table)]) {
      if (row) rows?.set(place, row);
      else rows?.delete(place);
    }
  }

  grow(transactions = this.growth): void {
    for (const { operations, stamp } of this.#pending.splice(0, transactions)) {
      const messages: Message[] = [], effects: Logged["effects"][number][] = [];
      this.#show(this.#log.length);
      for (const operation of operations) this.#apply(operation, stamp, messages, effects);
      this.#log.push({ effects, messages: [
        ...messages,
        { op: "commit", position: { gtids: "", file: "memory", offset: this.#log.length + 1, version: this.#version }, committedAt: stamp },
      ], version: this.#version });
    }
  }

  #apply(operation: Operation, stamp: number, into: Message[], effects: Logged["effects"][number][]): void {
    const next = () => (this.#version = nextVersion(this.#version, stamp));
    if ("truncate" in operation) {
      for (const place of this.table(operation.truncate).keys()) this.#states.get(`${operation.truncate.table}\0${place}`)!.push(null);
      this.#rows.delete(operation.truncate.table);
      effects.push({ table: operation.truncate.table, row: null });
      into.push({ op: "truncate", entity: operation.truncate.table, version: next() });
      return;
    }
    if ("statement" in operation) {
      const { statement: { table }, key, row } = operation;
      const name = `${table}\0${keyText(key)}`;
      this.#states.set(name, [...this.#states.get(name) ?? [null], row]);
      this.#set(table, keyText(key), row, effects);
      into.push({ op: "recopy", entities: [table], version: next(), reason: "a statement" });
      return;
    }
    if ("moved" in operation) {
      const { entity, key, moved } = operation;
      const free = !this.table(entity).has(keyText(keyOf(entity, moved)));
      const before = this.table(entity).get(keyText(key));
      if (!free || !before) return;
      this.#passOn(entity, before, moved, into, effects, () => {
        this.#write({ entity, key, row: null }, stamp, into, effects);
        this.#write({ entity, key: keyOf(entity, moved), row: moved }, stamp, into, effects);
      });
      return;
    }
    const { entity, key, row } = operation, before = this.table(entity).get(keyText(key));
    const write = () => this.#write({ entity, key, row }, stamp, into, effects);
    if (before) this.#passOn(entity, before, row, into, effects, write);
    else write();
  }

  /** Does the work of the foreign keys after a change of a parent; a change that makes two rows of one key is refused. */
  #passOn(
    entity: Entity, before: Row, after: Row | null, into: Message[], effects: Logged["effects"][number][], write: () => void,
  ): void {
    const { foreignKeys } = this;
    const held: Tables = new Map([...this.#rows].map(([table, rows]) => [table, new Map(rows)]));
    held.get(entity.table)?.delete(keyText(keyOf(entity, before)));
    if (after) held.get(entity.table)?.set(keyText(keyOf(entity, after)), after);
    const work = workOf(foreignKeys, held, entity, before, after);
    if (!work) return;
    write();
    for (const { table, place, row } of work) {
      const name = `${table}\0${place}`;
      this.#states.set(name, [...this.#states.get(name) ?? [null], row]);
      this.#set(table, place, row, effects);
    }
    const hits = foreignKeys.filter(({ parent, onDelete, onUpdate }) => parent === entity.table && (after ? onUpdate : onDelete))
      .map((foreignKey) => ({
        foreignKey, was: valuesOf(before, foreignKey.references), now: after && foreignKey.references.map((name) => after[name]!),
      }))
      .filter(({ was, now }) => was && !(now && valuesText(was) === valuesText(now)));
    if (hits.length > 0) into.push({ op: "cascade", version: this.#version, hits, foreignKeys });
  }

  #write(
    { entity, key, row }: { readonly entity: Entity; readonly key: Key; readonly row: Row | null }, stamp: number, into: Message[],
    effects: Logged["effects"][number][],
  ): void {
    const next = () => (this.#version = nextVersion(this.#version, stamp));
    const before = this.table(entity).get(keyText(key)) ?? null;
    const name = `${entity.table}\0${keyText(key)}`;
    this.#states.set(name, [...this.#states.get(name) ?? [null], row]);
    this.#set(entity.table, keyText(key), row, effects);
    const known = before && this.unheld(before) === null ? before : null;
    if (!row) {
      if (before) into.push({ op: "delete", entity: entity.table, key, before: known, after: null, version: next() });
      return;
    }
    if (this.unheld(row) !== null && before) into.push({
      op: "delete", entity: entity.table, key, before: known, after: null, version: next(),
    });
    into.push(this.#message(entity, known ? "update" : "create", key, known, row, next()));
  }

  #set(name: string, place: string, row: Row | null, effects: Logged["effects"][number][]): void {
    const table = this.#rows.get(name) ?? new Map<string, Row>();
    this.#rows.set(name, table);
    effects.push({ table: name, place, row });
    if (row) table.set(place, row);
    else table.delete(place);
  }

  #message(entity: Entity, op: "read" | "create" | "update", key: Key, before: Row | null, after: Row, version: Version): Message {
    const reason = this.unheld(after);
    return reason === null ? {
      op, entity: entity.table, key, before, after, version,
    } : { op: "unheld", entity: entity.table, key, version, reason };
  }
}
