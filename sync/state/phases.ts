/**
 * What a pipeline is doing. `waiting`: another process feeds the store.
 * `paused` and `drained` are at rest: everything written is settled and the position is
 * stored. A pipeline that has ended is `drained`, too.
 */
export type Phase = "waiting" | "starting" | "snapshot" | "streaming" | "paused" | "drained" | "failed";

/** The phases that may follow each. From any phase a pipeline may fail, end, or lose the feed lock to another process and wait for it. */
const after: Readonly<Record<Phase, readonly Phase[]>> = {
  waiting: ["starting"],
  starting: ["snapshot", "streaming", "paused"],
  snapshot: ["streaming", "paused", "starting"],
  streaming: ["snapshot", "paused", "starting"],
  paused: ["starting", "snapshot", "streaming"],
  drained: ["starting", "snapshot", "streaming", "paused"],
  failed: ["starting"],
};
const always: readonly Phase[] = ["waiting", "drained", "failed"];

export function mayFollow(phase: Phase, next: Phase): boolean {
  return next === phase || (phase === "failed" ? after.failed : [...after[phase], ...always]).includes(next);
}
