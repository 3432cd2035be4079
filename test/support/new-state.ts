import { type Log, openLog } from "../../runtime/log.js";
import { PipelineState } from "../../sync/state/state.js";

/** The state of a pipeline that a test runs. Its log is silent by default. */
export function newState(name: string, log: Log = openLog("test", "silent")): PipelineState {
  return new PipelineState(name, log);
}
