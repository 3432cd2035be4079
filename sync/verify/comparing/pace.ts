import { sleep } from "../../../runtime/wait.js";

/** Keeps reading at `rowsPerSecond` rows a second on the average; null means as fast as it goes. */
export class Pace {
  #dueAt = 0;

  constructor(readonly rowsPerSecond: number | null, readonly signal: AbortSignal) {}

  /** That many rows have been read: waits if they came too early. @throws when `signal` aborts */
  async spent(rows: number): Promise<void> {
    this.signal.throwIfAborted();
    if (this.rowsPerSecond === null) return;
    const now = performance.now();
    this.#dueAt = Math.max(this.#dueAt, now) + (rows / this.rowsPerSecond) * 1000;
    if (this.#dueAt > now + 5) await sleep(this.#dueAt - now, this.signal);
    this.signal.throwIfAborted();
  }
}
