import type { Log } from "../runtime/log.js";
import { backoff, pause } from "../runtime/wait.js";
import { Retriable, type Sink } from "../stores/ports.js";
import type { PipelineMetrics } from "./metrics.js";
import type { PipelineState } from "./status.js";

/**
 * The same sink, but what may pass by itself is tried again until it does or a signal aborts: `stop` where nothing
 * is under way yet, else `cutoff`, or the one given to `write`.
 * Each wait is longer than the last, up to ten seconds, and partly random. The log hears when it begins and when it ends.
 */
export function withRetry(sink: Sink, state: PipelineState, metrics: PipelineMetrics, log: Log, { stop, cutoff }: { readonly stop: AbortSignal; readonly cutoff: AbortSignal }): Sink {
  async function persist<T>(what: string, attempt: () => Promise<T>, signal: AbortSignal = cutoff): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        const result = await attempt();
        if (tries > 0) answered(what);
        return result;
      } catch (error) {
        if (!(error instanceof Retriable)) throw error;
        metrics.retries.inc({ pipeline: sink.name });
        silent(what, error);
        await pause(backoff(tries), signal);
        signal.throwIfAborted();
      }
    }
  }

  function silent(what: string, { message }: Error): void {
    if (!state.retrying) log.warn({ pipeline: sink.name, doing: what, error: message }, "the store does not answer; trying again until it does");
    state.retrying = { since: state.retrying?.since ?? Date.now(), error: message };
  }

  function answered(what: string): void {
    if (!state.retrying) return;
    log.info({ pipeline: sink.name, doing: what, awayMs: Date.now() - state.retrying.since }, "the store answers again");
    state.retrying = null;
  }

  const { deadLetters } = sink;
  return {
    name: sink.name,
    get lingerMs() { return sink.lingerMs; },
    absent: (entities) => persist("look for tables", () => sink.absent(entities), stop),
    prepare: (entities) => persist("prepare", () => sink.prepare(entities), stop),
    write: (changes, signal) => persist("write", () => sink.write(changes, signal), signal),
    sweep: (entity, olderThan, within) => persist("sweep", () => sink.sweep(entity, olderThan, within)),
    progress: () => persist("read progress", () => sink.progress(), stop),
    commit: (progress) => persist("store progress", () => sink.commit(progress)),
    deadLetters: {
      park: (rejections) => persist("park dead letters", () => deadLetters.park(rejections)),
      list: (limit) => persist("list dead letters", () => deadLetters.list(limit)),
      count: () => persist("count dead letters", () => deadLetters.count()),
      settle: (letters) => persist("settle dead letters", () => deadLetters.settle(letters)),
    },
    [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose](),
  };
}
