import type { Log } from "../../runtime/log.js";
import type { Sink } from "../../stores/log-sink.js";
import type { PipelineMetrics } from "../state/metrics.js";
import type { PipelineState } from "../state/state.js";
import { MeasuredSink } from "./measured.js";
import { MeasuredLog } from "./measured-log.js";
import type { ParkingLog } from "./parking-log.js";
import { type Patience, RetryingSink } from "./retry.js";

/** What stands around a store's sink while a process runs. */
export interface Wrapping {
  readonly metrics: PipelineMetrics;
  readonly parking: ParkingLog;
  readonly state: PipelineState;
  readonly log: Log;
  readonly patience: Patience;
}

/**
 * The sink that a pipeline writes to. Inmost is the engine's sink (a `LateSink` if the store was away at the start). Around it stands one
 * that measures each call, then one that logs its rejections, then one that retries the whole.
 * A log sink is measured only, because nothing may try it again.
 * A `FencedSink` or `FencedLog` is added each time the pipeline takes the feed lock.
 */
export function wrapped(sink: Sink, { metrics, parking, state, log, patience }: Wrapping): Sink {
  if (sink.shape === "log") return new MeasuredLog(sink, metrics, parking);
  return new RetryingSink(parking.of(new MeasuredSink(sink, metrics)), state, metrics, log, patience);
}
