import type { Rejection } from "../../schema/change.js";
import type { Progress } from "../../schema/position.js";
import type { LogEntry, LogSink } from "../../stores/log-sink.js";
import type { FeedLock } from "../source.js";
import { DelegatingLog } from "./delegating-log.js";

/**
 * The same log for as long as this process holds the feed lock (invariant 2).
 * Where the lock passes on between the question and the append, the log itself fails the append: the next holder has fenced this one.
 */
export class FencedLog extends DelegatingLog {
  constructor(inner: LogSink, readonly lock: FeedLock) {
    super(inner);
  }

  /** Fencing the process that holds the lock now would only cost it a beginning. */
  override async begin(): Promise<Progress | null> {
    await this.#mustHold();
    return super.begin();
  }

  override async append(group: readonly LogEntry[], progress: Progress | null, signal: AbortSignal): Promise<readonly Rejection[]> {
    await this.#mustHold();
    return super.append(group, progress, signal);
  }

  async #mustHold(): Promise<void> {
    await this.lock.held();
    this.lock.lost.throwIfAborted();
  }
}
