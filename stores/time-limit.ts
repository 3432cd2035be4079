import { endedAfter } from "../runtime/time-limit.js";
import { TimedOut } from "./ports.js";

/** Longest a search may take, waiting included, whoever asks. */
const limitMs = 10_000;

/** Runs `work`, whose signal ends when the caller's does, or when the time is over. @throws TimedOut, or why the caller's signal ended */
export async function timeLimit<T>(
  what: string, signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>, ms = limitMs,
): Promise<T> {
  return endedAfter(ms, () => new TimedOut(what, ms), signal, work);
}
