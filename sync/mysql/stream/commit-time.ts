import type { GtidEvent } from "../binlog/event.js";

/** A session may itself set when its transaction was committed first, and a clock may be wrong. */
const aheadAtMostMicros = 24 * 3_600 * 1_000_000;

/**
 * When the transaction was committed first: versions are made of it.
 * A time more than a day after the commit on this server cannot be true, and its versions would stand above all
 * that come. Then the time of this commit is used.
 */
export function plausible({ originalCommitTimestamp: first, immediateCommitTimestamp: here }: GtidEvent): number {
  return here > 0 && first > here + aheadAtMostMicros ? here : first;
}
