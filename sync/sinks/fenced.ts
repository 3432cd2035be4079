import type { Progress } from "../../schema/position.js";
import type { TableSink } from "../../stores/ports.js";
import type { FeedLock } from "../source.js";
import { DelegatingSink } from "./delegating-sink.js";

/**
 * The same sink for as long as this process holds the feed lock. After that it no longer says how far the sink is: another process does,
 * and may be further (invariant 2).
 * Writes that are still under way do no harm: an older version loses (invariant 4), and nothing is written
 * before the position it comes after was stored.
 */
export class FencedSink extends DelegatingSink {
  constructor(protected readonly inner: TableSink, readonly lock: FeedLock) {
    super(inner.name);
  }

  override async storeProgress(progress: Progress): Promise<void> {
    await this.lock.held();
    this.lock.lost.throwIfAborted();
    await super.storeProgress(progress);
  }
}
