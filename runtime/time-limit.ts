/** What the work comes to; once it takes longer than `ms`, what `late` gives or throws. The work itself goes on. */
export async function withinTime<T>(ms: number, work: Promise<T>, late: () => T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => { timer = setTimeout(resolve, ms); });
  try {
    return await Promise.race([work, over.then(late)]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs `work`. The signal it gets aborts when `stop` does, or with the reason `late` once it takes longer than `ms`. */
export async function endedAfter<T>(
  ms: number, late: () => Error, stop: AbortSignal | undefined, work: (ends: AbortSignal) => Promise<T>,
): Promise<T> {
  stop?.throwIfAborted();
  const ends = new AbortController();
  const timer = setTimeout(() => ends.abort(late()), ms);
  const follow = () => ends.abort(stop!.reason);
  stop?.addEventListener("abort", follow);
  try {
    return await work(ends.signal);
  } finally {
    clearTimeout(timer);
    stop?.removeEventListener("abort", follow);
  }
}
