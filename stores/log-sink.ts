import type { Change, Commit, Rejection, Truncate, UnheldChange } from "../schema/change.js";
import type { Progress } from "../schema/position.js";
import type { SinkBase, TableSink } from "./ports.js";

/** Where a pipeline writes. Its shape decides how the pipeline works. */
export type Sink = TableSink | LogSink;

/**
 * What a log is given. A commit stands behind the changes of one or several transactions; one without changes of the catalog is left out.
 * A `read` row was read from its table: it stands where a copy, or a table that is copied again, has its place in the log.
 */
export type LogEntry = Change | UnheldChange | Truncate | Commit;

/**
 * A sink that keeps every change, for readers that follow it: a topic, a lake. It forgets nothing and sweeps nothing.
 * Its readers see what is committed only. They read the records of a key in the order of the source's log, each once (invariant 15).
 * `progress` may be asked at any time, and also by a process that does not write.
 */
export interface LogSink extends SinkBase {
  readonly shape: "log";
  /** How long changes may gather before they are appended. */
  readonly lingerMs: number;
  /**
   * Takes the log over. It first fences every earlier writer, whose appends then fail, and takes back what such a writer left without end.
   * Only then it reads how far the log is. The pipeline calls it first, and again after any failure.
   */
  begin(): Promise<Progress | null>;
  /**
   * Appends the group behind all that came before. The pipeline calls it in order, one at a time, and never again with what has failed:
   * nothing says whether that is in the log. After a failure it fails until `begin` was called.
   *
   * A group with progress ends a commit of the log: all entries since the last one, their letters and the progress become visible together,
   * or nothing of them. Without progress the group is a part of a transaction that goes on, however long it is.
   *
   * Returns what it cannot hold, `unheld` changes among it. It parks them as dead letters in the same commit.
   * In place of such a change the log has the key's delete of that version, without images. Otherwise readers would take an older row for
   * true.
   * An entry that it holds settles the older letter of its key in the same commit; a truncate settles the older letters of its table.
   */
  append(group: readonly LogEntry[], progress: Progress | null, signal: AbortSignal): Promise<readonly Rejection[]>;
}
