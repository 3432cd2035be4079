import type { Catalog } from "../../../schema/catalog.js";
import type { Change, Rejection } from "../../../schema/change.js";
import type { Generation } from "../../../schema/generation.js";
import { type Entity, entryOf, type Key, keyOf, keyText, type Lookup, lookupTable, type Row } from "../../../schema/entity.js";
import type { Value } from "../../../schema/fields.js";
import { isWithin, type KeyRange, type Progress, type Version } from "../../../schema/position.js";
import { type DeadLetter, type DeadLetters, Severed, type TableSink, type Versioned, type Writer } from "../../../stores/ports.js";

/** A row, or an entry of a lookup, or the memory of its deletion. */
interface Cell {
  readonly version: Version;
  readonly row: Row | null;
}

/** One indivisible effect of a write. A crash leaves some of these half-done. */
interface Atom {
  readonly table: string;
  readonly place: string;
  readonly cell: Cell;
}

/**
 * How a store keeps rows. A wide-column store keeps each entry of a lookup apart from its row. An index of documents answers lookups from
 * the documents, and keeps only the newest row of what arrives together.
 */
export type Kind = "entries" | "documents";

/** What a store keeps on disk: it outlives the sinks opened on it. */
export class MemoryDisk {
  readonly tables = new Map<string, Map<string, Cell>>();
  /** When each table was made. */
  readonly prepared = new Map<string, number>();
  progress: Progress | null = null;
  generation: Generation | null = null;
  progressAt = 0;
  readonly letters = new Map<string, DeadLetter>();
  /** How to undo each effect, in their order. */
  readonly #undo: (() => void)[] = [];
  #time = 0;
  /** A number for each start of the store's process. */
  session = 0;

  constructor(readonly catalog: Catalog, readonly kind: Kind = "entries") {}

  /** Invariant 4: the newer version stays; of two equal ones, the deletion. */
  put({ table, place, cell }: Atom): void {
    const cells = this.tables.get(table) ?? new Map<string, Cell>();
    this.tables.set(table, cells);
    const held = cells.get(place);
    if (held && (held.version > cell.version || (held.version === cell.version && cell.row !== null))) return;
    cells.set(place, cell);
    this.did(() => (held ? cells.set(place, held) : cells.delete(place)));
  }

  /** The time, which is later at each call. */
  get now(): number {
    return ++this.#time;
  }

  did(undo: () => void): void {
    this.#undo.push(undo);
  }

  /** Kills the store's process, which takes the last `effects` with it, whether confirmed or not. It is there again at once. */
  crash(effects: number): void {
    this.session++;
    for (const undo of this.#undo.splice(Math.max(0, this.#undo.length - effects)).reverse()) undo();
  }

  /** Drops the entity's tables behind the sink's back. */
  drop(entity: Entity): void {
    this.prepared.delete(entity.table);
    for (const table of [entity.table, ...entity.lookups.map((lookup) => lookupTable(entity, lookup))]) {
      const held = this.tables.get(table);
      this.tables.delete(table);
      this.did(() => { if (held) this.tables.set(table, held); });
    }
  }

  live(table: string): ReadonlyMap<string, Row> {
    if (this.kind === "documents") {
      for (const entity of this.catalog.entities) {
        const lookup = entity.lookups.find((each) => lookupTable(entity, each) === table);
        if (lookup) return new Map(
          [...this.live(entity.table).values()].filter((row) => row[lookup.by] !== null).map((row) => [placeOf(entity, lookup, row), row]),
        );
      }
    }
    return new Map([...(this.tables.get(table) ?? [])].flatMap(([place, { row }]) => (row ? [[place, row] as const] : [])));
  }

  atomsOf({ entity: name, key, before, after, version, foundBy = [] }: Change): Atom[] {
    const entity = this.catalog.entity(name);
    const lookups = this.kind === "entries" ? entity.lookups : [];
    const places = (row: Row) => lookups.filter((lookup) => row[lookup.by] !== null)
      .map((lookup) => ({ table: lookupTable(entity, lookup), place: placeOf(entity, lookup, row) }));
    const now = after ? places(after) : [];
    const gone = (before ? places(before) : []).filter((old) =>
      !now.some((place) => place.table === old.table && place.place === old.place));
    const found = lookups.filter(({ by }) => foundBy.includes(by)).map((lookup) => lookupTable(entity, lookup));
    const removed = (last: boolean) => gone.filter(({ table }) => found.includes(table) === last)
      .map((place) => ({ ...place, cell: { version, row: null } }));
    return [
      { table: name, place: keyText(key), cell: { version, row: after } },
      ...removed(false), ...now.map((place) => ({ ...place, cell: { version, row: after } })), ...removed(true),
    ];
  }
}

const nameOf = ({ entity, key }: { readonly entity: string; readonly key: Key }) => `${entity}\0${keyText(key)}`;

const placeOf = (entity: Entity, lookup: Lookup, row: Row) => JSON.stringify([row[lookup.by], ...entryOf(entity, lookup, row)]);

function newestOf(changes: readonly Change[]): readonly Change[] {
  const newest = new Map<string, Change>();
  for (const change of changes) if ((newest.get(nameOf(change))?.version ?? -1) < change.version) newest.set(nameOf(change), change);
  return [...newest.values()];
}

/** The letters on a disk, for readers only. */
export function lettersIn({ letters }: MemoryDisk): Pick<DeadLetters, "list" | "all" | "of"> {
  return {
    list: async (limit) => [...letters.values()].slice(0, limit),
    async *all() {
      yield [...letters.values()];
    },
    of: async (entity, keys) => keys.map((key) => letters.get(nameOf({ entity, key })) ?? null),
  };
}

/** How things go wrong. It is asked before each effect, and may wait, throw `Retriable`, or throw something fatal. */
export interface Weather {
  /** `atom`: within a write, before the next part of it. */
  before(what: "look" | "prepare" | "write" | "atom" | "sweep" | "commit" | "generation" | "park" | "settle"): Promise<void>;
}

/** A caller that began before the store died gets no answer; the next caller learns that it died. */
class Connection {
  #session: number;

  constructor(readonly disk: MemoryDisk, readonly weather: Weather) {
    this.#session = disk.session;
  }

  begin(): Weather["before"] {
    const { disk, weather } = this;
    const { session } = disk;
    const known = this.#session === session;
    this.#session = session;
    if (!known) throw new Severed("memory", "the connection broke before");
    return async (what) => {
      await weather.before(what);
      if (disk.session !== session) throw new Severed("memory", "the connection broke");
    };
  }
}

export class MemorySink implements TableSink {
  readonly name = "memory";
  readonly shape = "table";
  readonly lingerMs = 0;
  readonly deadLetters: DeadLetters;
  readonly #connection: Connection;

  constructor(
    readonly disk: MemoryDisk, readonly refuses: (row: Row) => string | null, readonly weather: Weather,
    readonly onCommit: (progress: Progress) => void = () => undefined,
  ) {
    const { letters } = disk;
    const connection = (this.#connection = new Connection(disk, weather));
    const put = (name: string, letter: DeadLetter | undefined) => {
      const held = letters.get(name);
      const set = (is: DeadLetter | undefined) => void (is ? letters.set(name, is) : letters.delete(name));
      set(letter);
      disk.did(() => set(held));
    };
    this.deadLetters = {
      async park(rejections) {
        const before = connection.begin();
        for (const rejection of rejections) {
          await before("park");
          const held = letters.get(nameOf(rejection));
          if (!held || held.version < rejection.version) put(nameOf(rejection), { ...rejection, parkedAt: Date.now() });
        }
      },
      async list(limit) {
        connection.begin();
        return lettersIn(disk).list(limit);
      },
      async *all() {
        connection.begin();
        yield* lettersIn(disk).all();
      },
      async of(entity, keys) {
        connection.begin();
        return lettersIn(disk).of(entity, keys);
      },
      async count() {
        connection.begin();
        return letters.size;
      },
      async settle(settled) {
        await connection.begin()("settle");
        const held = settled.filter((letter) => (letters.get(nameOf(letter))?.version ?? Infinity) <= letter.version).map(nameOf);
        for (const name of held) put(name, undefined);
        return held.length;
      },
    };
  }

  async absent(entities: readonly Entity[]): Promise<readonly Entity[]> {
    await this.#connection.begin()("look");
    return entities.filter(({ table }) => !((this.disk.prepared.get(table) ?? Infinity) <= this.disk.progressAt));
  }

  async prepare({ entities }: Catalog): Promise<Writer> {
    await this.#connection.begin()("prepare");
    for (const { table } of entities) if (!this.disk.prepared.has(table)) this.disk.prepared.set(table, this.disk.now);
    return { write: (changes) => this.write(changes) };
  }

  async write(changes: readonly Change[]): Promise<readonly Rejection[]> {
    const before = this.#connection.begin();
    await before("write");
    const rejections: Rejection[] = [];
    for (const change of this.disk.kind === "documents" ? newestOf(changes) : changes) {
      const reason = change.after && this.refuses(change.after);
      if (reason) {
        rejections.push({ entity: change.entity, key: change.key, version: change.version, reason, change });
        continue;
      }
      for (const atom of this.disk.atomsOf(change)) {
        await before("atom");
        this.disk.put(atom);
      }
    }
    return rejections;
  }

  async sweep(entity: Entity, olderThan: Version, within: KeyRange): Promise<void> {
    const before = this.#connection.begin();
    for (const table of [entity.table, ...entity.lookups.map((lookup) => lookupTable(entity, lookup))]) {
      for (const [place, { version, row }] of this.disk.tables.get(table) ?? []) {
        if (!row || version >= olderThan || !isWithin(within, keyOf(entity, row))) continue;
        await before("sweep");
        this.disk.put({ table, place, cell: { version: olderThan - 1, row: null } });
      }
    }
  }

  /** A wide-column store finds rows by a lookup alone. */
  async rowsHolding(
    of: Entity, fields: readonly string[], values: readonly (readonly Value[])[], most: number,
  ): Promise<readonly Versioned[] | null> {
    await this.#connection.begin()("look");
    const lookup = this.disk.kind === "entries" ? of.lookups.find(({ by }) => fields.includes(by)) : null;
    if (lookup === undefined) return null;
    const table = lookup ? lookupTable(of, lookup) : of.table;
    const wanted = new Set(values.map((each) => JSON.stringify(each)));
    const found = [...this.disk.tables.get(table)?.values() ?? []].flatMap(({ row, version }) => (
      row && wanted.has(JSON.stringify(fields.map((name) => row[name]))) ? [{ row, version }] : []));
    return found.length > most ? null : found;
  }

  async progress(): Promise<Progress | null> {
    this.#connection.begin();
    return this.disk.progress;
  }

  async generation(): Promise<Generation | null> {
    this.#connection.begin();
    return this.disk.generation;
  }

  async storeGeneration(generation: Generation): Promise<void> {
    await this.#connection.begin()("generation");
    const { disk } = this, { generation: held } = disk;
    disk.generation = generation;
    disk.did(() => { disk.generation = held; });
  }

  async storeProgress(progress: Progress): Promise<void> {
    await this.#connection.begin()("commit");
    this.onCommit(progress);
    const { disk } = this, { progress: held, progressAt } = disk;
    [disk.progress, disk.progressAt] = [structuredClone(progress), disk.now];
    disk.did(() => { [disk.progress, disk.progressAt] = [held, progressAt]; });
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
