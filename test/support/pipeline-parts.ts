import { openLog } from "../../runtime/log.js";
import { PauseSwitch } from "../../sync/state/pause-switch.js";
import { defaultLimits, type PipelineLimits, type PipelineParts } from "../../sync/writing/parts.js";
import { newState } from "./new-state.js";

interface Given extends Pick<PipelineParts, "source" | "sink" | "catalog">, Partial<Pick<PipelineParts, "state" | "pauseSwitch" | "log">> {
  readonly limits?: Partial<PipelineLimits>;
}

/** The parts of a pipeline that a test runs: open, silent, and storing each position at once, unless the test says otherwise. */
export function pipelineParts({ limits, log = openLog("test", "silent"), ...given }: Given): PipelineParts {
  return {
    state: newState(given.sink.name, log), pauseSwitch: new PauseSwitch(), log, ...given,
    limits: { ...defaultLimits, pace: { busyMs: 0, idleMs: 0 }, ...limits },
  };
}

/** Batches of so many rows, which never wait for more; no number of rejections is too many. */
export function smallBatches(rows: number, writesAtOnce: number): Partial<PipelineLimits> {
  return { batch: { rows, bytes: 1e9 }, writesAtOnce, rejections: { rejections: 1e9, windowMs: 1 } };
}
