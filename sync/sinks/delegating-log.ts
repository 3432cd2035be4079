import type { Rejection } from "../../schema/change.js";
import type { Progress } from "../../schema/position.js";
import type { LogEntry, LogSink } from "../../stores/log-sink.js";
import type { DeadLetters } from "../../stores/ports.js";

/** A log sink around another: a wrapper overrides the few calls it changes. Only this class lists the members of a log sink. */
export abstract class DelegatingLog implements LogSink {
  readonly shape = "log";

  constructor(protected readonly inner: LogSink) {}

  get name(): string {
    return this.inner.name;
  }

  get lingerMs(): number {
    return this.inner.lingerMs;
  }

  get deadLetters(): DeadLetters {
    return this.inner.deadLetters;
  }

  begin(): Promise<Progress | null> {
    return this.inner.begin();
  }

  append(group: readonly LogEntry[], progress: Progress | null, signal: AbortSignal): Promise<readonly Rejection[]> {
    return this.inner.append(group, progress, signal);
  }

  progress(): Promise<Progress | null> {
    return this.inner.progress();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.inner[Symbol.asyncDispose]();
  }
}
