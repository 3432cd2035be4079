import { setTimeout as timer } from "node:timers/promises";

/** Waits; resolves early and quietly when `signal` aborts. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await timer(ms, undefined, { signal }).catch(() => undefined);
}

/** Milliseconds before try `attempt` (0, 1, 2 …): doubling from `first` to `most`, half of it random so that many clients spread. */
export function backoff(attempt: number, first = 100, most = 10_000): number {
  const full = Math.min(most, first * 2 ** Math.min(attempt, 20));
  return full / 2 + Math.random() * (full / 2);
}

/** Returns what the work returns, unless `signal` aborts before. Then it throws the signal's reason, and leaves the work to itself. */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  signal.throwIfAborted();
  let giveUp = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => signal.addEventListener(
    "abort", giveUp = () => reject(signal.reason as Error), { once: true },
  ));
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener("abort", giveUp));
}
