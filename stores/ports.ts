import type { Catalog } from "../schema/catalog.js";
import type { Change, Rejection } from "../schema/change.js";
import type { Entity, Key, Lookup, Row } from "../schema/entity.js";
import type { Value } from "../schema/fields.js";
import type { Generation } from "../schema/generation.js";
import type { KeyRange, Progress, Version } from "../schema/position.js";

/** What every sink has, whatever its shape. Every method throws `Retriable` for what may pass by itself. */
export interface SinkBase extends AsyncDisposable {
  /** The name of its pipeline, by default the engine's: `cassandra`, `elasticsearch`, `embedded`. */
  readonly name: string;
  progress(): Promise<Progress | null>;
  readonly deadLetters: DeadLetters;
}

/** A sink that holds the rows as they are now: writing a change twice, or late, does no harm. */
export interface TableSink extends SinkBase {
  readonly shape: "table";
  /**
   * How long changes may gather before they are written. An engine that shows its readers
   * changes only now and then gains nothing from haste.
   */
  readonly lingerMs: number;
  /**
   * Names those of these entities for whose rows there is no table: it was never made, or a person dropped it.
   * A table that was made after the stored progress counts as absent, too. A store that loses what it confirmed last may keep the new
   * table, and forget that it must be filled.
   */
  absent(entities: readonly Entity[]): Promise<readonly Entity[]>;
  /**
   * Creates or widens what holds the entities of this catalog; refuses what would destroy data. Calling it again changes nothing.
   * Returns what writes changes of this catalog. A later call with another catalog gives the next writer, and ends the use of this one.
   */
  prepare(catalog: Catalog): Promise<Writer>;
  /**
   * Deletes every row of `entity` in the range whose version is older, lookup entries
   * included. A range with bounds is one of whole numbers.
   */
  sweep(entity: Entity, olderThan: Version, within: KeyRange): Promise<void>;
  /**
   * Reads the rows whose fields hold one of these combinations of values, all that was written before among them.
   * Null if the engine has no way to find them, or finds more than `most`. A change with `foundBy` that is only half written is found.
   */
  rowsHolding(
    entity: Entity, fields: readonly string[], values: readonly (readonly Value[])[], most: number,
  ): Promise<readonly Versioned[] | null>;
  /** Builds the entries of a lookup again from the rows, if the engine derives them. */
  readonly rebuild?: ((entity: Entity, lookup: Lookup) => Promise<void>) | undefined;
  /** The generation that the stored progress names; null while there is none, and where an earlier release wrote. */
  generation(): Promise<Generation | null>;
  /** Keeps a generation durably. It is stored before any progress names it, and never changed. */
  storeGeneration(generation: Generation): Promise<void>;
  /** Replaces the stored progress, durably. The pipeline calls it in order, after the writes that the progress covers (invariant 1). */
  storeProgress(progress: Progress): Promise<void>;
}

/** Writes changes of the catalog that a table sink was prepared for. */
export interface Writer {
  /**
   * Stores changes durably before it returns. Idempotent by version and free of order: of two changes to a
   * key the newer version stays, deletes included (invariant 4). Returns what this engine cannot hold.
   */
  write(changes: readonly Change[], signal: AbortSignal): Promise<readonly Rejection[]>;
}

/** A row and the version that it was written with. */
export interface Versioned {
  readonly row: Row;
  readonly version: Version;
}

/** Rejected changes, kept in the sink that rejected them until they are settled. */
export interface DeadLetters {
  /** Parks rejections durably before it returns. There is one letter a key: a newer version replaces an older one. */
  park(rejections: readonly Rejection[]): Promise<void>;
  /** Lists the oldest first, `limit` at most. */
  list(limit: number): Promise<readonly DeadLetter[]>;
  /** Yields every letter that is there all the while, once, in bounded pieces and in any order, however many there are. */
  all(): AsyncIterable<readonly LetterHead[]>;
  /** Reads the letters of these keys, in their order; null for a key without one. */
  of(entity: string, keys: readonly Key[]): Promise<readonly (DeadLetter | null)[]>;
  count(): Promise<number>;
  /**
   * Removes letters up to these versions, e.g. once their key was written with a newer one, and returns how many there were.
   * A letter that was parked meanwhile for a newer change stays (invariant 1).
   */
  settle(letters: readonly Pick<DeadLetter, "entity" | "key" | "version">[]): Promise<number>;
}

/** A letter without the images of its row, which may be large. */
export type LetterHead = Omit<DeadLetter, "change">;

export interface DeadLetter extends Rejection {
  /** Milliseconds since the epoch. */
  readonly parkedAt: number;
}

/** What a reader of a store may ask. An engine that lacks a part leaves it out. */
export interface Store extends AsyncDisposable {
  readonly name: string;
  readonly rows?: RowStore;
  readonly search?: SearchStore;
  /** For `verify`: everything that is there, in any order, in bounded pieces. */
  readonly audit: Audit;
  /** The letters to look at. A sink settles them, because that writes. */
  readonly deadLetters: Pick<DeadLetters, "list" | "all" | "of">;
  progress(): Promise<Progress | null>;
  /** What the rows are, by the store itself; null before sync has written there, and where an earlier release did. */
  generation(): Promise<Generation | null>;
}

export interface RowStore {
  /** Reads rows in the order of `keys`; null for a key without a row. */
  get(entity: Entity, keys: readonly Key[]): Promise<readonly (Row | null)[]>;
  /** Reads one page of the entries whose `lookup.by` is `by`, always in the lookup's own order. */
  list(entity: Entity, lookup: Lookup, by: Value, page: Page): Promise<Slice>;
}

export interface Page {
  readonly limit: number;
  /** Where the page begins, exclusive: an `entryOf(...)`; null for the first (or, backward, the last) page. */
  readonly from: readonly Value[] | null;
  /** Whether the page has the `limit` entries before `from` rather than after it. */
  readonly backward: boolean;
}

export interface Slice {
  readonly rows: readonly Row[];
  /** Whether there is more in the direction of the page. */
  readonly more: boolean;
}

export interface SearchStore {
  /** When `signal` aborts, the work for the search ends too. @throws TimedOut, or the signal's reason */
  search(query: SearchQuery, signal?: AbortSignal): Promise<SearchSlice>;
}

export interface SearchQuery {
  /**
   * What a person typed: words, all of which must occur; the last may be a prefix; small
   * typing errors are forgiven. `stores/text` says how.
   */
  readonly text: string;
  /** Where to look. Fields not named are neither searched nor highlighted (invariant 6). */
  readonly targets: readonly SearchTarget[];
  readonly limit: number;
  /** The cursor of the last hit seen, or null. */
  readonly after: string | null;
}

export interface SearchTarget {
  readonly entity: Entity;
  readonly fields: readonly string[];
  /** Only rows whose field has this value; null for all. */
  readonly scope: { readonly field: string; readonly value: Value } | null;
}

export interface SearchSlice {
  /** Best first. */
  readonly hits: readonly SearchHit[];
  readonly more: boolean;
}

export interface SearchHit {
  readonly entity: Entity;
  readonly row: Row;
  readonly score: number;
  readonly highlights: readonly Highlight[];
  /** Opaque; valid for the same query. */
  readonly cursor: string;
}

export interface Highlight {
  readonly field: string;
  /** HTML: the text escaped, what matched between `<em>` and `</em>`. */
  readonly snippet: string;
}

export interface Audit {
  rows(entity: Entity): AsyncIterable<readonly Kept[]>;
  /**
   * The fields that an entry of the lookup keeps apart from its row, the key among them. None if the
   * engine answers lookups from the rows themselves.
   */
  entryFields(entity: Entity, lookup: Lookup): readonly string[];
  /** The entries of a lookup, with these fields. */
  entries(entity: Entity, lookup: Lookup): AsyncIterable<readonly Row[]>;
  /** For each of these, the entry that stands at its place and has its key, as it is kept; null when there is none. */
  entriesAt(entity: Entity, lookup: Lookup, places: readonly Row[]): Promise<readonly (Row | null)[]>;
}

/** A row and the key it is kept under, which is its own unless something other than a sink wrote it. */
export interface Kept {
  readonly key: Key;
  readonly row: Row;
}

/** An error that may pass by itself: no connection, overload, timeout. `RetryingSink` retries it, so it is never seen above. */
export class Retriable extends Error {
  override readonly name: string = "Retriable";
  constructor(what: string, cause: unknown) {
    super(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** The work took too long and was ended: ask for less, or later. */
export class TimedOut extends Retriable {
  override readonly name = "TimedOut";
  constructor(what: string, ms: number) {
    super(what, `not done within ${ms / 1000} s`);
  }
}

/**
 * The connection broke to a store that may have ended and started again, and lost with its process what it had confirmed last.
 * Cassandra keeps a write some 100 ms after it has confirmed it (`commitlog_sync: periodic`, its default), so a kill takes those writes.
 * Elasticsearch syncs its translog before it confirms (`index.translog.durability: request`, its default).
 */
export class Severed extends Retriable {
  override readonly name: string = "Severed";
}

/**
 * Another store, or another part of one, stands where this one was: it was deleted, or replaced by a backup.
 * What is there now may be behind what was stored, and may have to be prepared.
 */
export class Replaced extends Severed {
  override readonly name = "Replaced";
  constructor(readonly how: string) {
    super(how, new Error("the pipeline goes on from what is there now"));
  }
}

/** What is asked would destroy or misread data, or the engine is not what it must be. A person must act. */
export class StoreRefusal extends Error {
  override readonly name: string = "StoreRefusal";
  constructor(readonly store: string, readonly problem: string, readonly remedy: string) {
    super(`${store}: ${problem}. Remedy: ${remedy}`);
  }
}

/**
 * No usable store answers there now: the address is wrong, or the store is away, which passes by itself.
 * Only sync, beside other stores, waits for it.
 */
export class Unreachable extends StoreRefusal {
  override readonly name: string = "Unreachable";
}
