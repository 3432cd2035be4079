import { join, resolve } from "node:path";
import type { DownloadReport } from "../engines/engine.js";
import { type History, runHistory } from "./history.js";
import { planOf } from "./plan.js";
import type { StoreName } from "./world/fault.js";
import { openWorld } from "./world/world.js";

export interface FaultOptions {
  /** The seed of the first history; each next one has the next number. */
  readonly seed: number;
  /** No history begins after this time; at least one is run. */
  readonly minutes: number;
  readonly stores: readonly StoreName[];
  readonly dataDir: string;
  readonly onProgress: DownloadReport;
  readonly onHistory: (history: History) => void;
}

/** Runs histories until the time is over or the signal aborts. @throws PreflightFailed when an engine cannot be obtained */
export async function runFaults(
  { seed, minutes, stores, dataDir, onProgress, onHistory }: FaultOptions, signal: AbortSignal,
): Promise<readonly History[]> {
  const histories: History[] = [];
  await using world = await openWorld(join(resolve(dataDir), "faults"), stores, onProgress, signal);
  const end = Date.now() + minutes * 60_000;
  for (let next = seed; next === seed || (Date.now() < end && !signal.aborted); next++) {
    const history = await runHistory(planOf(next, stores), world, signal);
    histories.push(history);
    onHistory(history);
  }
  return histories;
}
