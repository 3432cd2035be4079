import { isWhole, type Position } from "../../schema/position.js";
import type { Store } from "../../stores/ports.js";
import type { Phase } from "./phases.js";
import type { Copying, PipelineState } from "./state.js";

/** The state of a pipeline as data for people and scripts. Times are in milliseconds. */
export interface PipelineStatus {
  readonly pipeline: string;
  /** A store that no sync here feeds is `new`, or `stopped`, whatever sync was doing before. */
  readonly state: Phase | "retrying" | "new" | "stopped";
  readonly position: Position | null;
  /** How old what readers see may be; null while tables are copied. */
  readonly lagMs: number | null;
  readonly copying: Copying | null;
  /** Row changes settled since the process began; null when none runs. */
  readonly rows: number | null;
  readonly deadLetters: number | null;
  /** How often this process had to copy tables again, for statements that do not say which rows they changed. Null when none runs. */
  readonly recopies: number | null;
  readonly error: string | null;
}

export function statusOf({ name, now: state }: PipelineState, now = Date.now()): PipelineStatus {
  const alive = state.phase === "snapshot" || state.phase === "streaming" || state.phase === "starting";
  return {
    pipeline: name,
    state: alive && (state.retrying || state.sourceSilent) ? "retrying" : state.phase,
    position: state.position,
    lagMs: lag(state.currentAt, now),
    copying: state.copying,
    rows: state.rows,
    deadLetters: state.deadLetters,
    recopies: state.recopies,
    error: state.error ?? state.waitsFor ?? state.retrying?.error ?? state.sourceSilent,
  };
}

/** The status from what the stores hold, when no sync process reports what it does. */
export async function storedStatus(stores: readonly Store[], now = Date.now()): Promise<readonly PipelineStatus[]> {
  return Promise.all(stores.map(async (store): Promise<PipelineStatus> => {
    const rest = { pipeline: store.name, copying: null, rows: null, deadLetters: null, recopies: null };
    try {
      const progress = await store.progress();
      if (!progress) return { ...rest, state: "new", position: null, lagMs: null, error: null };
      if (!isWhole(progress)) return { ...rest, state: "stopped", position: progress.position, lagMs: null, error: null };
      return { ...rest, state: "stopped", position: progress.position, lagMs: lag(progress.currentAt, now), error: null };
    } catch (error) {
      return { ...rest, state: "failed", position: null, lagMs: null, error: (error as Error).message };
    }
  }));
}

/** Writes `3 rows are in the dead letters: …`: what readers of a store go without. */
export function deadLettersText(count: number): string {
  return `${count.toLocaleString("en")} ${count === 1 ? "row is" : "rows are"} in the dead letters, so readers go without: sluice `
    + "dead-letters list";
}

function lag(currentAt: number | null, now: number): number | null {
  return currentAt === null ? null : Math.max(0, now - currentAt);
}
