import type { Log } from "../../runtime/log.js";
import type { Catalog } from "../../schema/catalog.js";
import type { Sink } from "../../stores/log-sink.js";
import type { Pace } from "../progress/progress-writer.js";
import type { BatchLimits } from "../reading/batch.js";
import type { Source } from "../source.js";
import type { PauseSwitch } from "../state/pause-switch.js";
import type { PipelineState } from "../state/state.js";
import type { RejectionLimit } from "./rejections.js";

export interface PipelineLimits {
  readonly batch: BatchLimits;
  /** How many batches are written at once. A pipeline holds about this many batches in memory, the next one, and as much read ahead. */
  readonly writesAtOnce: number;
  readonly rejections: RejectionLimit;
  readonly pace: Pace;
  /** When the source has purged what the sink needs next, the pipeline ends instead of copying every table again. */
  readonly stopWhenPurged?: boolean;
}

export const defaultLimits: PipelineLimits = {
  batch: { rows: 2_000, bytes: 4 * 1024 * 1024 },
  writesAtOnce: 2,
  rejections: { rejections: 1_000, windowMs: 60_000 },
  pace: { busyMs: 200, idleMs: 1_000 },
};

/** One source and one sink. Pipelines share nothing, so a sink that is slow or away holds up no other pipeline. */
export interface PipelineParts<S extends Sink = Sink> {
  readonly source: Source;
  readonly sink: S;
  readonly catalog: Catalog;
  readonly limits: PipelineLimits;
  readonly state: PipelineState;
  readonly pauseSwitch: PauseSwitch;
  readonly log: Log;
}
