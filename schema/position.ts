import type { Key } from "./entity.js";
import type { GenerationName } from "./generation.js";

/**
 * Microseconds since the Unix epoch, a safe integer. It grows with every row event and is unique to it. Versions of row events are even.
 * The first of a transaction is the least even number above the previous and not below its original commit timestamp.
 */
export type Version = number;

export const versionStep = 2;

/** The version of the next row event. */
export function nextVersion(previous: Version, stamp: number): Version {
  const least = Math.max(previous + 1, stamp);
  return least + (least % versionStep);
}

/**
 * The version for writing rows again as they are now. It wins over what the row event of this version, and all before it, left behind.
 * It loses to every later one, which is at least `versionStep` newer (invariant 4).
 */
export function rewriteVersion(version: Version): Version {
  return version + 1;
}

/** A place in the log of one server. */
export interface LogPlace {
  readonly file: string;
  readonly offset: number;
}

/** A place in the binary log. Positions exist only at commits (invariant 5). */
export interface Position {
  /** Executed GTID set, with its gaps, as MySQL prints it; empty when GTIDs are off. */
  readonly gtids: string;
  /** Binary log file and end offset on the server it was read from. */
  readonly file: string;
  readonly offset: number;
  /** The server's UUID, only if it gives no GTIDs. On any other server the file and offset mean something else. */
  readonly server?: string;
  /**
   * Proves that a log is the one of this position: a log that was reset or restored soon has the same GTIDs and names of files again.
   * `last` is the last transaction, with the microsecond in which it was committed first. Without GTIDs,
   * `begun` is when the file was begun, in seconds.
   * Positions of earlier releases have neither, nor has one in a log that held nothing.
   */
  readonly last?: { readonly gtid: string; readonly committedAt: number };
  readonly begun?: number;
  /** The last version given out, so that a replay from here gives the same versions again. */
  readonly version: Version;
}

/** The keys beyond `after`, up to and with `upTo`, in the order of the table's primary key; null means no bound. */
export interface KeyRange {
  readonly after: Key | null;
  readonly upTo: Key | null;
}

export const everyKey: KeyRange = { after: null, upTo: null };

/** Whether a key is in the range. A range with bounds is one of whole numbers, because only the source knows other orders. */
export function isWithin({ after, upTo }: KeyRange, key: Key): boolean {
  return (after === null || BigInt(key[0]!) > BigInt(after[0]!)) && (upTo === null || BigInt(key[0]!) <= BigInt(upTo[0]!));
}

/** A table that is being copied, by as many readers as there are ranges left. */
export interface TableCopy {
  /**
   * The version at the copy's start. Once nothing is left, the sweep removes what is older in `range`, because the source no longer has it.
   */
  readonly version: Version;
  /** The keys that are copied: every key, or those an operator named. */
  readonly range: KeyRange;
  readonly left: readonly KeyRange[];
  /** How many rows are copied so far. */
  readonly rows: number;
  /** The copy begins again when it is done, because something made it doubtful meanwhile. */
  readonly again?: true;
}

/** The state of each table's copy. A table that is absent is due. */
export type Copied = Readonly<Record<string, TableCopy | "due" | "done">>;

/** How far a sink has come. It is stored in the sink that it describes. */
export interface Progress {
  readonly position: Position;
  /** When the sink held everything that the source had committed, except tables not copied yet, in milliseconds since the epoch. */
  readonly currentAt: number;
  /** The generation of the catalog that the sink's rows are of; absent in a store of an earlier release. */
  readonly generation?: GenerationName;
  /** What is not `done` is copied beside the stream. If `copied` is left out, every table is done. */
  readonly copied?: Copied;
}

/** Whether a sink holds every table as a whole. Otherwise some are being copied, for the first time or again. */
export function isWhole({ copied }: Progress): boolean {
  return Object.values(copied ?? {}).every((copy) => copy === "done");
}

/** Nothing older than this is written to the sink any more, except what was on its way: tombstones of older deletes may go. */
export function heldVersion({ position, copied = {} }: Progress): Version {
  return Math.min(position.version, ...Object.values(copied).flatMap((copy) => (typeof copy === "string" ? [] : [copy.version])));
}

/**
 * What stores of earlier releases hold. There a first copy had a phase of its own, at whose end the stream went on from its head.
 * Before that one reader made the copy, and stored the last key it had copied.
 */
type Stored = Omit<Progress, "copied"> & { readonly phase?: "stream"; readonly copied?: FormerlyCopied } | {
  readonly phase: "snapshot"; readonly head: Position; readonly copied: FormerlyCopied;
};
type FormerlyCopied = Readonly<Record<string, TableCopy | "due" | "done" | Key>>;

/** Turns stored progress into that of this release. */
export function adopted(stored: Stored): Progress {
  const position = stored.phase === "snapshot" ? stored.head : stored.position;
  const currentAt = stored.phase === "snapshot" ? Math.floor(position.version / 1000) : stored.currentAt;
  const generation = "generation" in stored && stored.generation ? { generation: stored.generation } : {};
  if (!stored.copied) return { position, currentAt, ...generation };
  const copied = Object.entries(stored.copied).map(([table, copy]) => [
    table, isKey(copy) ? copiedUpTo(copy, position.version) : copy,
  ] as const);
  return { position, currentAt, ...generation, copied: Object.fromEntries(copied) };
}

function isKey(copy: FormerlyCopied[string]): copy is Key {
  return Array.isArray(copy);
}

function copiedUpTo(key: Key, version: Version): TableCopy {
  return { version, range: everyKey, left: [{ after: key, upTo: null }], rows: 0 };
}
