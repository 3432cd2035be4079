import type { Log } from "../../runtime/log.js";
import { backoff, sleep } from "../../runtime/wait.js";
import type { Catalog } from "../../schema/catalog.js";
import type { Progress } from "../../schema/position.js";
import { type LetterHead, Replaced, Retriable, Severed, type TableSink, type Writer } from "../../stores/ports.js";
import type { PipelineMetrics } from "../state/metrics.js";
import type { PipelineState } from "../state/state.js";
import { DelegatingSink, type Operation } from "./delegating-sink.js";

/**
 * The store answers again, or another stands in its place, but it may lack what it confirmed last. Its writer goes on from what it holds.
 */
export class CameBack extends Error {
  override readonly name = "CameBack";
  /** `isLogged`: the log has the reason already. */
  constructor(store: string, readonly isLogged = false) {
    super(`${store} may lack what it confirmed last`);
  }
}

/** `stop`: nothing new is tried again after it. `cutoff`: nothing at all is. */
export interface Patience {
  readonly stop: AbortSignal;
  readonly cutoff: AbortSignal;
}

/**
 * The same sink, but it tries again what may pass by itself, until it does or a signal aborts. That signal is `stop` where nothing is under
 * way yet, else `cutoff`, or the one given to a write.
 * Each wait is longer than the last, up to ten seconds, and partly random. The log tells when the
 * store falls silent and when it answers again.
 * After a severed connection every change, the position least of all, fails with `CameBack` until `progress` has been read again. Otherwise
 * a position could be stored past writes that the store has lost (invariant 1).
 * If another store stands in its place, no row is written before that store was prepared.
 */
export class RetryingSink extends DelegatingSink {
  /** How often the store was found severed, and after how many of these `progress` was read. */
  #breaks = 0;
  #heeded = 0;
  #returns = 0;
  /** Whether another store stands in its place, which was not prepared yet. */
  #isReplaced = false;

  constructor(
    protected readonly inner: TableSink, readonly state: PipelineState, readonly metrics: PipelineMetrics, readonly log: Log,
    readonly patience: Patience,
  ) {
    super(inner.name);
  }

  protected override through<T>(operation: Operation, call: (sink: TableSink) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const attempt = () => call(this.inner);
    switch (operation) {
      case "look for tables": case "prepare": case "read progress": case "read the generation":
        return this.#persist(operation, attempt, this.patience.stop);
      case "list dead letters": case "read dead letters": case "count dead letters": return this.#persist(operation, attempt);
      case "store progress": case "store the generation": case "park dead letters": case "settle dead letters":
        return this.#change(operation, attempt);
      // What is derived from the rows found counts as what was written: both may lack what the store has lost.
      case "write": case "sweep": case "find rows": case "rebuild a lookup": return this.#changeRows(operation, attempt, signal);
      default: return operation satisfies never;
    }
  }

  protected override prepared(catalog: Catalog): Promise<Writer> {
    return this.through("prepare", (sink) => {
      this.#isReplaced = false;
      return sink.prepare(catalog);
    });
  }

  override async progress(): Promise<Progress | null> {
    let met = this.#breaks;
    const found = await this.through("read progress", (sink) => {
      met = this.#breaks;
      return sink.progress();
    });
    this.#heeded = met;
    return found;
  }

  override async storeProgress(progress: Progress): Promise<void> {
    await super.storeProgress(progress);
    this.#returns = 0;
  }

  /** After a silence it begins again, so letters come that have come already. */
  protected override async *letters(): AsyncGenerator<readonly LetterHead[]> {
    let reading: AsyncIterator<readonly LetterHead[]> | null = null;
    const next = () => this.through("list dead letters", ({ deadLetters }) =>
      (reading ??= deadLetters.all()[Symbol.asyncIterator]()).next().catch((error: unknown) => {
        reading = null;
        throw error;
      }));
    for (let found = await next(); !found.done; found = await next()) yield found.value;
  }

  async #persist<T>(operation: Operation, attempt: () => Promise<T>, signal: AbortSignal = this.patience.cutoff): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        const result = await attempt();
        if (tries > 0) this.state.apply({ kind: "store answers", doing: operation });
        return result;
      } catch (error) {
        if (!(error instanceof Retriable)) throw error;
        if (error instanceof Severed) this.#breaks++;
        this.metrics.retries.inc({ pipeline: this.name });
        // A call that was stopped meanwhile does not say whether the store answers.
        signal.throwIfAborted();
        if (error instanceof Replaced) this.#replaced(error);
        else this.state.apply({ kind: "store silent", doing: operation, error: error.message });
        await sleep(backoff(tries), signal);
        signal.throwIfAborted();
      }
    }
  }

  #change<T>(operation: Operation, attempt: () => Promise<T>, signal: AbortSignal = this.patience.cutoff): Promise<T> {
    const begun = this.#breaks;
    const isSevered = () => this.#breaks > begun || this.#breaks > this.#heeded;
    return this.#persist(operation, () => (isSevered() ? this.#cameBack(operation, signal) : attempt()), signal);
  }

  /** Changes rows, which need tables. */
  #changeRows<T>(operation: Operation, attempt: () => Promise<T>, signal: AbortSignal = this.patience.cutoff): Promise<T> {
    return this.#change(operation, () => (this.#isReplaced ? this.#cameBack(operation, signal) : attempt()), signal);
  }

  /** Waits before it throws: a write that breaks every connection would do so again at once. */
  async #cameBack(operation: Operation, signal: AbortSignal): Promise<never> {
    await this.inner.progress();
    await sleep(backoff(this.#returns++), AbortSignal.any([this.patience.stop, signal]));
    this.state.apply({ kind: "store answers", doing: operation });
    throw new CameBack(this.name, this.#isReplaced);
  }

  #replaced({ how }: Replaced): void {
    this.#isReplaced = true;
    this.log.warn({ pipeline: this.name, replaced: how }, "the store was replaced; going on from what is there now");
  }
}
