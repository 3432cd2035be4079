import { TimedOut } from "./ports.js";

/** The longest time that any search may take, waiting included. */
const limitMs = 10_000;

/**
 * Runs `work`, whose signal aborts when the caller's does, or when the time is over. @throws TimedOut, or the reason of the caller's signal
 */
export async function timeLimit<T>(
  what: string, signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>, ms = limitMs,
): Promise<T> {
  signal?.throwIfAborted();
  const ends = new AbortController();
  const timer = setTimeout(() => ends.abort(new TimedOut(what, ms)), ms);
  const follow = () => ends.abort(signal!.reason);
  signal?.addEventListener("abort", follow);
  try {
    return await work(ends.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", follow);
  }
}
