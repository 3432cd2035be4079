import { sleep } from "../../runtime/wait.js";

export interface Pace {
  /** Per second. */
  readonly rate: number;
  readonly workers: number;
  /** How many in all; infinite for a loop that goes on until an abort. */
  readonly limit: number;
}

/**
 * Runs piece 0, 1, 2 … each when it is due, whether or not the ones before took long. A slow database gets the same load
 * as a fast one, and what is late begins at once.
 * An abort ends it when the pieces under way are done.
 */
export async function openLoop(
  { rate, workers, limit }: Pace, run: (piece: number, worker: number, lateMs: number) => Promise<void>, signal: AbortSignal,
): Promise<void> {
  const failed = new AbortController();
  const ended = AbortSignal.any([signal, failed.signal]);
  const began = performance.now();
  let next = 0;
  const work = async (worker: number): Promise<void> => {
    while (next < limit && !ended.aborted) {
      const piece = next++;
      const due = began + (piece * 1_000) / rate;
      const early = due - performance.now();
      if (early > 0) await sleep(early, ended);
      if (ended.aborted) return;
      await run(piece, worker, Math.max(0, performance.now() - due));
    }
  };
  const all = Array.from({ length: workers }, (_, worker) => work(worker).catch((error: unknown) => {
    failed.abort();
    throw error;
  }));
  const failure = (await Promise.allSettled(all)).find((each) => each.status === "rejected");
  if (failure) throw failure.reason;
}
