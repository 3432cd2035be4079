/** Wakes what waits for a state to change; each looks again whether it changed as wanted. */
export class Notifier {
  #waiting: ((value: undefined) => void)[] = [];

  /** Resolves at the next `notify`. */
  next(): Promise<undefined> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  notify(): void {
    if (this.#waiting.length > 0) for (const wake of this.#waiting.splice(0)) wake(undefined);
  }

  /**
   * Looks at each `notify`: resolves when `isDone`, when `stop` aborts, or after so long. What waited goes on a moment later, when the
   * state may have changed again.
   */
  until(isDone: () => boolean, stop: AbortSignal | null = null, withinMs: number | null = null): Promise<void> {
    return new Promise((resolve) => {
      let isOver = stop?.aborted ?? false;
      const look = () => {
        if (!isOver && !isDone()) return void this.#waiting.push(look);
        clearTimeout(timer);
        stop?.removeEventListener("abort", over);
        resolve();
      };
      const over = () => {
        isOver = true;
        this.notify();
      };
      const timer = withinMs === null ? undefined : setTimeout(over, withinMs);
      stop?.addEventListener("abort", over);
      look();
    });
  }
}
