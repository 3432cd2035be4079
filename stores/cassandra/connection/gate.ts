/** Lets `places` tasks in at once; the others wait in order. */
export class Gate {
  readonly #waiting: (() => void)[] = [];
  #next = 0;

  constructor(private places: number) {}

  enter(): Promise<void> | void {
    if (this.places > 0) {
      this.places--;
      return;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  leave(): void {
    const next = this.#waiting[this.#next];
    if (!next) {
      this.places++;
      return;
    }
    // The queue is cut now and then, because each shift of a long array costs its length.
    if (++this.#next === 1024 || this.#next === this.#waiting.length) this.#waiting.splice(0, this.#next), (this.#next = 0);
    next();
  }
}

/**
 * Does all tasks, `most` at once. The first failure, or the signal, keeps further tasks from starting.
 * It waits for those that have begun, so that nothing goes on after it returns. @throws the first failure, or the signal's reason
 */
export async function inParallel<T>(
  tasks: readonly T[], most: number, run: (task: T, index: number) => Promise<void>, signal?: AbortSignal,
): Promise<void> {
  let next = 0;
  let failure: { readonly error: unknown } | null = null;
  const worker = async (): Promise<void> => {
    while (next < tasks.length && !failure && !signal?.aborted) {
      const index = next++;
      try {
        await run(tasks[index]!, index);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, tasks.length) }, worker));
  if (failure) throw (failure as { readonly error: unknown }).error;
  if (next < tasks.length) signal?.throwIfAborted();
}
