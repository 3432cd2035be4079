import type { Key, Row } from "./entity.js";
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

export type Message = Change | Commit | Truncate | UnheldChange | Recopy | Idle | Connected;

/** A change that a sink cannot store, and why. An error that may pass on a later try is not a rejection. */
export interface Rejection {
  readonly entity: string;
  readonly key: Key;
  readonly version: Version;
  readonly reason: string;
  readonly change: Change | null;
}
