import { unlessAborted } from "../../runtime/wait.js";
import { Retriable, type TableSink, Unreachable } from "../../stores/ports.js";
import { DelegatingSink, type Operation } from "./delegating-sink.js";

/** Whether a store that could not be opened may open later, without a change of settings. */
export function isAway(error: unknown): error is Unreachable | Retriable {
  return error instanceof Unreachable || error instanceof Retriable;
}

/**
 * The sink of a store that was away when sync started. The first call opens the store, and throws `Retriable` as long as the store is away.
 * So the pipeline waits for it as for any other silence.
 */
export class LateSink extends DelegatingSink {
  protected inner: TableSink | null = null;
  #isFirst = true;

  /**
   * `failure`: why the store could not be opened at the start. `opening`: an opening that has not ended yet. `stop` ends the wait for it.
   */
  constructor(
    name: string, readonly failure: Error, private opening: Promise<TableSink> | null, readonly open: () => Promise<TableSink>,
    readonly stop: AbortSignal,
  ) {
    super(name);
  }

  protected override async through<T>(_operation: Operation, call: (sink: TableSink) => Promise<T>): Promise<T> {
    return call(await this.#opened());
  }

  async #opened(): Promise<TableSink> {
    if (this.inner) return this.inner;
    if (this.#isFirst) {
      this.#isFirst = false;
      throw new Retriable("opening", this.failure);
    }
    try {
      this.opening ??= this.open();
      return (this.inner = await unlessAborted(this.stop, this.opening));
    } catch (error) {
      if (!this.stop.aborted) this.opening = null;
      throw error instanceof Unreachable ? new Retriable("opening", error) : error;
    }
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    // A connection that comes after all is closed again, without a wait for it.
    const closing = this.opening?.then((late) => late[Symbol.asyncDispose]());
    if (this.inner) await closing;
    else closing?.catch(() => undefined);
  }
}
