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
   * Looks at once, and at each `notify`. True once `isDone`, false when `stop` aborts or after so long. What waited goes on a moment later,
   * when the state may have changed again. @throws what `isDone` throws; the others that wait do not notice
   */
  until(isDone: () => boolean, stop: AbortSignal | null = null, withinMs: number | null = null): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        this.#waiting = this.#waiting.filter((wake) => wake !== look);
        clearTimeout(timer);
        stop?.removeEventListener("abort", giveUp);
        settle();
      };
      const giveUp = () => end(() => resolve(false));
      const look = () => {
        try {
          if (isDone()) end(() => resolve(true));
          else if (stop?.aborted) giveUp();
          else this.#waiting.push(look);
        } catch (error) {
          end(() => reject(error as Error));
        }
      };
      const timer = withinMs === null ? undefined : setTimeout(giveUp, withinMs);
      stop?.addEventListener("abort", giveUp);
      look();
    });
  }
}
