import type { Log } from "../../runtime/log.js";
import type { Catalog } from "../../schema/catalog.js";
import type { Sink } from "../../stores/ports.js";
import type { Pace } from "../progress/progress-writer.js";
import type { BatchLimits } from "../reading/batch.js";
import type { Source } from "../source.js";
import type { PauseSwitch } from "../state/pause-switch.js";
import type { PipelineState } from "../state/state.js";
import type { RejectionLimit } from "./rejections.js";

export interface PipelineLimits {
  readonly batch: BatchLimits;
  /** Batches being written at once. What a pipeline holds in memory is about this many batches, the next one, and as much read ahead. */
  readonly writesAtOnce: number;
  readonly rejections: RejectionLimit;
  readonly pace: Pace;
  /** When the source has purged what the sink needs next: end, rather than copy every table again. */
  readonly stopWhenPurged?: boolean;
}

export const defaultLimits: PipelineLimits = {
  batch: { rows: 2_000, bytes: 4 * 1024 * 1024 },
  writesAtOnce: 2,
  rejections: { rejections: 1_000, windowMs: 60_000 },
  pace: { busyMs: 200, idleMs: 1_000 },
};

/** One source, one sink, nothing shared with other pipelines: a sink that is slow or away holds up nobody else. */
export interface PipelineParts {
  readonly source: Source;
  readonly sink: Sink;
  readonly catalog: Catalog;
  readonly limits: PipelineLimits;
  readonly state: PipelineState;
  readonly pauseSwitch: PauseSwitch;
  readonly log: Log;
}
