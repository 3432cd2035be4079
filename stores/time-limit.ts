import { endedAfter } from "../runtime/time-limit.js";
import { TimedOut } from "./ports.js";

/** The longest time that any search may take, waiting included. */
const limitMs = 10_000;

/**
 * Runs `work`, whose signal aborts when the caller's does, or when the time is over. @throws TimedOut, or the reason of the caller's signal
 */
export async function timeLimit<T>(
  what: string, signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>, ms = limitMs,
): Promise<T> {
  return endedAfter(ms, () => new TimedOut(what, ms), signal, work);
}
