import type { Log } from "../../runtime/log.js";
import type { Rejection } from "../../schema/change.js";
import type { TableSink } from "../../stores/ports.js";
import { causeOf } from "../writing/rejections.js";
import { DelegatingSink } from "./delegating-sink.js";

/** After a line, the next one sums up what was parked in this time. */
const betweenMs = 10_000;

interface Sum {
  readonly pipeline: string;
  readonly entity: string;
  readonly reason: string;
  rows: number;
}

class ParkingSink extends DelegatingSink {
  constructor(protected readonly inner: TableSink, readonly parked: (rejections: readonly Rejection[]) => void) {
    super(inner.name);
  }

  protected override async park(rejections: readonly Rejection[]): Promise<void> {
    await super.park(rejections);
    this.parked(rejections);
  }
}

/**
 * Logs rows that become dead letters: a line for each entity and cause, at once and then with sums. So a table
 * that fails row by row does not fill the disk.
 * The log leaves out values of rows, because other people read it; the letters have them.
 */
export class ParkingLog implements Disposable {
  readonly #sums = new Map<string, Sum>();
  #next: NodeJS.Timeout | null = null;
  #loggedAt = -Infinity;

  constructor(readonly log: Log) {}

  /** The same sink; the log says what becomes a dead letter. */
  of(sink: TableSink): TableSink {
    return new ParkingSink(sink, (rejections) => this.add(sink.name, rejections));
  }

  [Symbol.dispose](): void {
    this.#tell();
  }

  /** These have become dead letters. */
  add(pipeline: string, rejections: readonly Rejection[]): void {
    for (const { entity, reason } of rejections) {
      const about = { pipeline, entity, reason: causeOf(reason) };
      const sum = this.#sums.get(JSON.stringify(about)) ?? { ...about, rows: 0 };
      this.#sums.set(JSON.stringify(about), sum);
      sum.rows++;
    }
    const wait = this.#loggedAt + betweenMs - performance.now();
    if (wait <= 0) this.#tell();
    else this.#next ??= setTimeout(() => this.#tell(), wait).unref();
  }

  #tell(): void {
    if (this.#next) clearTimeout(this.#next);
    this.#next = null;
    if (this.#sums.size > 0) this.#loggedAt = performance.now();
    for (const sum of this.#sums.values()) this.log.warn(
      sum, "rows were refused and are in the dead letters; see: sluice dead-letters list",
    );
    this.#sums.clear();
  }
}
