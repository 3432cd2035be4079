import type { Key, Row } from "./entity.js";
import type { Value } from "./fields.js";
import type { ForeignKey } from "./foreign-key.js";
import type { LogPlace, Position, Version } from "./position.js";

/** One row of one table, after (and before) one row event. Rows are whole: every declared field is present. */
export interface Change {
  /** `read` is a row that the snapshot found. */
  readonly op: "read" | "create" | "update" | "delete";
  /** Table name of the entity. */
  readonly entity: string;
  readonly key: Key;
  /** Null for read and create. An update never changes the key: the source splits it into delete and create. */
  readonly before: Row | null;
  /** Null for delete. */
  readonly after: Row | null;
  readonly version: Version;
  /** The transaction that it is of. Rows that were read from their table, or written by hand, have none. */
  readonly source?: ChangeSource;
  /**
   * The fields by whose old values the pipeline found the row in the store. What the store finds it by goes last, once all else of the
   * change is durable, so that a repetition after a crash finds the row again.
   */
  readonly foundBy?: readonly string[];
}

/** The transaction of a change, for a reader of changes rather than rows. All changes of a transaction share one object. */
export interface ChangeSource extends LogPlace {
  /** `uuid:n`; null where the server gives none. The place is that of the transaction's first event. */
  readonly gtid: string | null;
  /** Microseconds since the epoch, by the clock of the server that first committed it. */
  readonly committedAt: number;
}

/** The end of a transaction: every change before it may now be stored as progress. */
export interface Commit {
  readonly op: "commit";
  readonly position: Position;
  /** Microseconds since the epoch, by the clock of the server that first committed it. */
  readonly committedAt: number;
}

/** The table was emptied without row events: everything older than `version` is gone. */
export interface Truncate {
  readonly op: "truncate";
  readonly entity: string;
  readonly version: Version;
}

/** A row event whose values the catalog's types cannot hold exactly (invariant 9): it goes to the dead letters. */
export interface UnheldChange {
  readonly op: "unheld";
  readonly entity: string;
  readonly key: Key;
  readonly version: Version;
  readonly reason: string;
}

/**
 * Rows of these tables may have been changed by something that no row event tells, such as a
 * statement that is not understood (invariant 3).
 * They are copied again beside the stream, while readers keep what is there.
 */
export interface Recopy {
  readonly op: "recopy";
  readonly entities: readonly string[];
  /** The version of the place in the log where it happened: what is older may be wrong. */
  readonly version: Version;
  readonly reason: string;
}

/**
 * Rows of a parent were deleted, or got other values in columns that are referenced, and foreign keys changed rows with them.
 * No row event tells which: the pipeline finds them in its store, because only such a message changes rows without a row event.
 */
export interface Cascade {
  readonly op: "cascade";
  /** The version of the parent's last change. What follows from it stands right behind. */
  readonly version: Version;
  readonly hits: readonly Hit[];
  /** Every foreign key that may pass the change on. */
  readonly foreignKeys: readonly ForeignKey[];
}

/** A foreign key whose rows held the values that a parent had. */
export interface Hit {
  readonly foreignKey: ForeignKey;
  /** Null if the values are not known. */
  readonly was: readonly Value[] | null;
  /** Null if the parent was deleted. */
  readonly now: readonly Value[] | null;
}

/** The source has nothing more at this moment: the reader is at its head. */
export interface Idle {
  readonly op: "idle";
  /** Milliseconds since the epoch when the source said so. */
  readonly at: number;
  /** Where the source's log ends, outside any transaction; the place of the last commit if the source does not say. */
  readonly place?: LogPlace;
}

/** The stream begins here, for the first time or after a break. A transaction that had no commit before it comes once more. */
export interface Connected {
  readonly op: "connected";
  /** Which server it is: places in another server's log mean something else. */
  readonly server: string;
}

export type Message = Change | Commit | Truncate | UnheldChange | Recopy | Cascade | Idle | Connected;

/** A change that a sink cannot store, and why. An error that may pass on a later try is not a rejection. */
export interface Rejection {
  readonly entity: string;
  readonly key: Key;
  readonly version: Version;
  readonly reason: string;
  readonly change: Change | null;
}
