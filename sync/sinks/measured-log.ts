import type { Rejection } from "../../schema/change.js";
import type { Progress } from "../../schema/position.js";
import type { LogEntry, LogSink } from "../../stores/log-sink.js";
import { Retriable } from "../../stores/ports.js";
import type { PipelineMetrics } from "../state/metrics.js";
import { DelegatingLog } from "./delegating-log.js";
import type { ParkingLog } from "./parking-log.js";

/** The same log; it counts and times appends, and the process's log says what became a dead letter. */
export class MeasuredLog extends DelegatingLog {
  constructor(inner: LogSink, readonly metrics: PipelineMetrics, readonly parking: ParkingLog) {
    super(inner);
  }

  override begin(): Promise<Progress | null> {
    return this.#counted(super.begin());
  }

  override async append(group: readonly LogEntry[], progress: Progress | null, signal: AbortSignal): Promise<readonly Rejection[]> {
    const pipeline = this.name, end = this.metrics.writeSeconds.startTimer({ pipeline });
    const rejections = await this.#counted(super.append(group, progress, signal));
    end();
    const changes = group.filter((entry) => "after" in entry);
    const counts = { read: 0, create: 0, update: 0, delete: 0 };
    for (const { op } of changes) counts[op]++;
    for (const { change } of rejections) if (change) counts[change.op]--;
    for (const [op, n] of Object.entries(counts)) if (n > 0) this.metrics.rows.inc({ pipeline, op }, n);
    if (changes.length > 0) this.metrics.batchRows.observe({ pipeline }, changes.length);
    if (rejections.length > 0) this.metrics.rejections.inc({ pipeline }, rejections.length);
    this.parking.add(pipeline, rejections);
    return rejections;
  }

  async #counted<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof Retriable) this.metrics.retries.inc({ pipeline: this.name });
      throw error;
    }
  }
}
