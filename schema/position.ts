import type { Key } from "./entity.js";

/**
 * Microseconds since the Unix epoch, a safe integer; grows with every row event and is unique to it. Row events have even ones:
 * the first of a transaction is the least even number above the previous and not below its original commit timestamp.
 */
export type Version = number;

export const versionStep = 2;

/** The version of the next row event. */
export function nextVersion(previous: Version, stamp: number): Version {
  const least = Math.max(previous + 1, stamp);
  return least + (least % versionStep);
}

/**
 * For writing rows once more as they are now: it wins over whatever the row event of this version and all before it left behind, and
 * loses to every later one, which is at least `versionStep` newer (invariant 4).
 */
export function rewriteVersion(version: Version): Version {
  return version + 1;
}

/** A place in the binary log. Positions exist only at commits (invariant 5). */
export interface Position {
  /** Executed GTID set, with its gaps, as MySQL prints it; empty when GTIDs are off. */
  readonly gtids: string;
  /** Binary log file and end offset on the server it was read from. */
  readonly file: string;
  readonly offset: number;
  /** Only where the server gives no GTIDs: its UUID. On any other server the file and offset mean something else. */
  readonly server?: string;
  /** The last version given out, so that a replay from here gives the same versions again. */
  readonly version: Version;
}

/** The keys beyond `after`, up to and with `upTo`, in the order of the table's primary key; null where there is no bound. */
export interface KeyRange {
  readonly after: Key | null;
  readonly upTo: Key | null;
}

export const everyKey: KeyRange = { after: null, upTo: null };

/** Whether a key is in the range. A range with bounds is one of whole numbers; other orders only the source knows. */
export function isWithin({ after, upTo }: KeyRange, key: Key): boolean {
  return (after === null || BigInt(key[0]!) > BigInt(after[0]!)) && (upTo === null || BigInt(key[0]!) <= BigInt(upTo[0]!));
}

/** A table that is being copied, by so many readers as there are ranges left. */
export interface TableCopy {
  /** Of the rows it writes. Once nothing is left, what is older in `range` is swept: the source no longer has it. */
  readonly version: Version;
  /** What of the table: every key, or those an operator named. */
  readonly range: KeyRange;
  readonly left: readonly KeyRange[];
  /** Copied so far. */
  readonly rows: number;
}

/** By table. One that is absent has not begun. */
export type Copied = Readonly<Record<string, TableCopy | "done">>;

/** How far a sink has come. It is stored in the sink it describes. */
export type Progress =
  | {
      readonly phase: "snapshot";
      /** Where the stream will go on from once every table is copied. */
      readonly head: Position;
      readonly copied: Copied;
    }
  | {
      readonly phase: "stream";
      readonly position: Position;
      /** Milliseconds since the epoch at which the sink held everything the source had committed. */
      readonly currentAt: number;
      /** What is not `done` is copied beside the stream. Left out, every table is. */
      readonly copied?: Copied;
    };

/** Nothing older than this is written to the sink any more but what was already on its way: tombstones of older deletes may go. */
export function heldVersion(progress: Progress): Version {
  const { version } = progress.phase === "stream" ? progress.position : progress.head;
  const copies = Object.values(progress.copied ?? {}).flatMap((copy) => (copy === "done" ? [] : [copy.version]));
  return Math.min(version, ...copies);
}
