import type { Change, Rejection } from "../../schema/change.js";
import type { TableSink, Writer } from "../../stores/ports.js";
import type { PipelineMetrics } from "../state/metrics.js";
import { DelegatingSink } from "./delegating-sink.js";

/** The same sink; it counts and times writes and rejections. */
export class MeasuredSink extends DelegatingSink {
  constructor(protected readonly inner: TableSink, readonly metrics: PipelineMetrics) {
    super(inner.name);
  }

  protected override async write(writer: Writer, changes: readonly Change[], signal: AbortSignal): Promise<readonly Rejection[]> {
    const end = this.metrics.writeSeconds.startTimer({ pipeline: this.name });
    const rejections = await super.write(writer, changes, signal);
    end();
    this.metrics.batchRows.observe({ pipeline: this.name }, changes.length);
    this.#count(changes, rejections);
    return rejections;
  }

  protected override async park(rejections: readonly Rejection[]): Promise<void> {
    await super.park(rejections);
    this.metrics.rejections.inc({ pipeline: this.name }, rejections.length);
  }

  #count(changes: readonly Change[], rejections: readonly Rejection[]): void {
    const counts = { read: 0, create: 0, update: 0, delete: 0 };
    for (const { op } of changes) counts[op]++;
    for (const { change } of rejections) if (change) counts[change.op]--;
    for (const [op, n] of Object.entries(counts)) if (n > 0) this.metrics.rows.inc({ pipeline: this.name, op }, n);
  }
}
