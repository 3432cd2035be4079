import type { Finding } from "../runtime/findings.js";
import type { Change, Message, UnheldChange } from "../schema/change.js";
import type { Entity, Key, Row } from "../schema/entity.js";
import type { KeyRange, LogPlace, Position } from "../schema/position.js";
import type { Unheld } from "../schema/unheld.js";

/** Where changes come from: the system of record. One per pipeline, so that each reads at its own pace. */
export interface Source extends AsyncDisposable {
  /** `mysql 10.0.0.5:3306`. */
  readonly name: string;
  /** The right to feed the sink this source is read for: resolves once no other process has it. Rejects when `signal` aborts. */
  feedLock(onEvent: (event: FeedLockEvent) => void, signal: AbortSignal): Promise<FeedLock>;
  /** Finds everything that would keep a pipeline from following the source, each with its remedy. Writes nothing. */
  preflight(): Promise<readonly Finding[]>;
  /** Where the source stands now. What was committed before is visible to a snapshot begun after. */
  head(): Promise<Position>;
  /** The same for a store that goes on from there later, with what proves whose log it is. */
  beginning(): Promise<Position>;
  /** What copying the table amounts to, in `mostRanges` parts at most. */
  survey(entity: Entity, mostRanges: number): Promise<Survey>;
  /**
   * The entity's rows within a key range (null for all), in key order, in chunks of at least one row, bounded in bytes. Each row is about
   * as it was when it was read, without a version.
   * Several may be read side by side. Ends early when `signal` aborts.
   */
  snapshot(entity: Entity, range: KeyRange | null, signal: AbortSignal): AsyncIterable<readonly Found[]>;
  /**
   * The first rows of a key range, as one statement reads them, in pieces of at least one row,
   * bounded in bytes. An empty range gives no piece.
   * `seen`: a position whose transactions must all be visible to the statement. @throws TableAbsent, Overtaken
   */
  chunk(entity: Entity, range: KeyRange, seen: Position, signal: AbortSignal): AsyncIterable<Piece>;
  /** Where its log ends: everything that a statement has seen by now was logged before that. Null as in a piece. */
  end(signal: AbortSignal): Promise<ServerPlace | null>;
  /**
   * Everything committed after the position, in order, as it happens. Ends when `signal`
   * aborts. `seen`: how far an earlier reader has read.
   * @throws Unresumable when what comes next, or what was seen, is gone
   */
  stream(after: Position, signal: AbortSignal, seen?: Position | null): AsyncIterable<readonly Message[]>;
  /** The rows as they are now, in the order of `keys`. With `seen`, as they are once all transactions of that position are visible. */
  rows(entity: Entity, keys: readonly Key[], seen?: Position): Promise<readonly (Row | Unheld | null)[]>;
  /** Whether what was logged before `place` was also logged before `at`, in the log of one server. */
  passed(at: LogPlace, place: LogPlace): boolean;
  /** Whether everything before `target` is before `position` too. */
  reached(position: Position, target: Position): boolean;
}

/** A row found by reading the table. It has no place in the log, so its version is 0. */
export type Found = Change | UnheldChange;

/** A place in the log of one server. */
export interface ServerPlace extends LogPlace {
  readonly server: string;
}

export interface Piece {
  readonly rows: readonly Found[];
  /** What the rows show of any transaction was logged before this place; null where the source cannot tell (a log without GTIDs). */
  readonly until: ServerPlace | null;
}

export interface Survey {
  /** About how many rows there are. */
  readonly rows: number;
  /** The ranges in key order. Every key is in one of them. */
  readonly ranges: readonly KeyRange[];
}

/** What a feed lock reports, again and again, while a process waits for it and while it holds it. */
export type FeedLockEvent =
  | { readonly kind: "waiting"; /** The process that has it. */ readonly holder: string }
  /** The source cannot be asked, so nothing is read of it either. `error` says where and why. */
  | { readonly kind: "silent"; readonly error: string }
  | { readonly kind: "answers" };

/** The feed lock; disposing of it gives it back. */
export interface FeedLock extends AsyncDisposable {
  /** Aborts when another process has it. */
  readonly lost: AbortSignal;
  /** Makes sure by asking the server, if that is due: `lost` has aborted if this process no longer holds the lock. */
  held(): Promise<void>;
}

/**
 * The pipeline cannot go on from the store's position. The source has `purged` changes that come next, or it has `lost` ones that were
 * read, so nothing will ever take them back.
 * Or its log is `another` with the same numbers. In each case only a new copy of every table helps.
 */
export class Unresumable extends Error {
  override readonly name = "Unresumable";
  constructor(source: string, readonly missing: string, readonly because: "purged" | "lost" | "another" = "purged") {
    super(`${source} ${reasons[because](missing)}`);
  }
}

const reasons = {
  purged: (missing: string) =>
    `has purged changes this store does not have: ${missing}. Remedy: restore those binary log files on the server and start again; `
      + `${orCopy}. ` +
    "Raise binlog_expire_logs_seconds so that it does not happen again",
  lost: (missing: string) =>
    `does not have changes this store holds: ${missing}. It was restored to an earlier state, or took over from a server that had them. ` +
    `Remedy: name the server that has them, if there is one, and start again; ${orCopy}. Semi-synchronous replication makes a failover `
      + "lose nothing that was acknowledged",
  another: (difference: string) =>
    `has another history than this store: ${difference}. Its binary log was reset (RESET BINARY LOGS AND GTIDS), or it was restored to `
      + "an earlier state, " +
    "and has committed as many transactions again. Remedy: name the server that has this store's history, if there is one, and start "
      + `again; ${orCopy}`,
};

const orCopy =
  "or start sync with --on-purged resnapshot: every table is copied again while readers keep what is there; or do the same by hand with "
    + "sluice resnapshot --store <name>, or empty the store";

/**
 * Rows that were read cannot be given their place in the log: the stream broke, or too much changed meanwhile. The caller reads them again.
 */
export class Overtaken extends Error {
  override readonly name = "Overtaken";
}

/** The table is not there at the moment: it was dropped, or renamed away. It may be made again. */
export class TableAbsent extends Error {
  override readonly name = "TableAbsent";
}

