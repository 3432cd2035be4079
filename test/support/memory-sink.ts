import type { Change, Rejection } from "../../schema/change.js";
import { type Entity, entryOf, type Key, keyOf, keyText, lookupTable, type Row } from "../../schema/entity.js";
import type { Catalog } from "../../schema/catalog.js";
import { isWithin, type KeyRange, type Progress, type Version } from "../../schema/position.js";
import type { DeadLetter, DeadLetters, Sink } from "../../stores/ports.js";

/** A row, or an entry of a lookup, or the memory of its deletion. */
interface Cell {
  readonly version: Version;
  readonly row: Row | null;
}

/** One indivisible effect of a write: what is left half-done by a crash is some of these. */
interface Atom {
  readonly table: string;
  readonly place: string;
  readonly cell: Cell;
}

/** What a store keeps on disk: it outlives the sinks opened on it. Rows and entries are kept as a wide-column store would. */
export class MemoryDisk {
  readonly tables = new Map<string, Map<string, Cell>>();
  readonly prepared = new Set<string>();
  progress: Progress | null = null;
  readonly letters = new Map<string, DeadLetter>();

  constructor(readonly catalog: Catalog) {}

  /** Invariant 4: the newer version stays; of two equal ones, the deletion. */
  put({ table, place, cell }: Atom): void {
    const cells = this.tables.get(table) ?? new Map<string, Cell>();
    this.tables.set(table, cells);
    const held = cells.get(place);
    if (!held || held.version < cell.version || (held.version === cell.version && cell.row === null)) cells.set(place, cell);
  }

  /** As if somebody dropped the entity's tables. */
  drop(entity: Entity): void {
    this.prepared.delete(entity.table);
    for (const table of [entity.table, ...entity.lookups.map((lookup) => lookupTable(entity, lookup))]) this.tables.delete(table);
  }

  live(table: string): ReadonlyMap<string, Row> {
    return new Map([...(this.tables.get(table) ?? [])].flatMap(([place, { row }]) => (row ? [[place, row] as const] : [])));
  }

  atomsOf({ entity: name, key, before, after, version }: Change): Atom[] {
    const entity = this.catalog.entity(name);
    const places = (row: Row) => entity.lookups.filter((lookup) => row[lookup.by] !== null)
      .map((lookup) => ({ table: lookupTable(entity, lookup), place: JSON.stringify([row[lookup.by], ...entryOf(entity, lookup, row)]) }));
    const now = after ? places(after) : [];
    const gone = (before ? places(before) : []).filter((old) => !now.some((place) => place.table === old.table && place.place === old.place));
    return [
      { table: name, place: keyText(key), cell: { version, row: after } },
      ...gone.map((place) => ({ ...place, cell: { version, row: null } })),
      ...now.map((place) => ({ ...place, cell: { version, row: after } })),
    ];
  }
}

/** How things go wrong: asked before each effect, it may wait, throw `Retriable`, or throw something fatal. */
export interface Weather {
  /** `atom`: within a write, before the next part of it. */
  before(what: "write" | "atom" | "sweep" | "commit" | "park" | "settle"): Promise<void>;
}

export class MemorySink implements Sink {
  readonly name = "memory";
  readonly lingerMs = 0;
  readonly deadLetters: DeadLetters;

  constructor(readonly disk: MemoryDisk, readonly refuses: (row: Row) => string | null, readonly weather: Weather, readonly onCommit: (progress: Progress) => void = () => undefined) {
    const { letters } = disk;
    const nameOf = ({ entity, key }: { readonly entity: string; readonly key: Key }) => `${entity}\0${keyText(key)}`;
    this.deadLetters = {
      async park(rejections) {
        for (const rejection of rejections) {
          await weather.before("park");
          const held = letters.get(nameOf(rejection));
          if (!held || held.version < rejection.version) letters.set(nameOf(rejection), { ...rejection, parkedAt: Date.now() });
        }
      },
      list: async (limit) => [...letters.values()].slice(0, limit),
      count: async () => letters.size,
      async settle(settled) {
        await weather.before("settle");
        for (const letter of settled) if ((letters.get(nameOf(letter))?.version ?? Infinity) <= letter.version) letters.delete(nameOf(letter));
      },
    };
  }

  async absent(entities: readonly Entity[]): Promise<readonly Entity[]> {
    return entities.filter(({ table }) => !this.disk.prepared.has(table));
  }

  async prepare(entities: readonly Entity[]): Promise<void> {
    for (const { table } of entities) this.disk.prepared.add(table);
  }

  async write(changes: readonly Change[]): Promise<readonly Rejection[]> {
    await this.weather.before("write");
    const rejections: Rejection[] = [];
    for (const change of changes) {
      const reason = change.after && this.refuses(change.after);
      if (reason) {
        rejections.push({ entity: change.entity, key: change.key, version: change.version, reason, change });
        continue;
      }
      for (const atom of this.disk.atomsOf(change)) {
        await this.weather.before("atom");
        this.disk.put(atom);
      }
    }
    return rejections;
  }

  async sweep(entity: Entity, olderThan: Version, within: KeyRange): Promise<void> {
    for (const table of [entity.table, ...entity.lookups.map((lookup) => lookupTable(entity, lookup))]) {
      for (const [place, { version, row }] of this.disk.tables.get(table) ?? []) {
        if (!row || version >= olderThan || !isWithin(within, keyOf(entity, row))) continue;
        await this.weather.before("sweep");
        this.disk.put({ table, place, cell: { version: olderThan - 1, row: null } });
      }
    }
  }

  async progress(): Promise<Progress | null> {
    return this.disk.progress;
  }

  async commit(progress: Progress): Promise<void> {
    await this.weather.before("commit");
    this.onCommit(progress);
    this.disk.progress = structuredClone(progress);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
