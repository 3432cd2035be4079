import { isWhole, type Position } from "../../schema/position.js";
import type { Store } from "../../stores/ports.js";

/** `waiting`: another process feeds the store. `paused` and `drained` are at rest: everything written is settled, its position stored. */
export type Phase = "waiting" | "starting" | "snapshot" | "streaming" | "paused" | "drained" | "failed";

/** The table that is being copied. */
export interface Copying {
  readonly table: string;
  /** Copied of it, also by earlier processes. */
  readonly rows: number;
  /** About how many it has, by the source's estimate. */
  readonly rowsAbout: number;
  /** About how many are left of all tables. */
  readonly rowsLeft: number;
}

/** What one pipeline is doing, kept up to date by the pipeline itself. */
export interface PipelineState {
  readonly name: string;
  phase: Phase;
  /** Committed last. */
  position: Position | null;
  /** Milliseconds since the epoch; see `Progress`. */
  currentAt: number | null;
  copying: Copying | null;
  /** Row changes settled by this process. */
  rows: number;
  deadLetters: number;
  /** How often tables had to be copied again by this process, for what the log does not tell. */
  recopies: number;
  /** Set while the sink does not answer. */
  retrying: { readonly since: number; readonly error: string } | null;
  /** Set while the source does not answer: where, and why. */
  sourceSilent: string | null;
  /** Set while another process feeds the store, or a table to be copied is not there: which. */
  waitsFor: string | null;
  error: string | null;
}

export function newState(name: string): PipelineState {
  return {
    name, phase: "starting", position: null, currentAt: null, copying: null, rows: 0, deadLetters: 0, recopies: 0, retrying: null,
    sourceSilent: null, waitsFor: null, error: null,
  };
}

/** The same as data for people and scripts. Times in milliseconds. */
export interface PipelineStatus {
  readonly pipeline: string;
  /** Of a store that no sync here feeds: `new`, or `stopped`, whatever was being done before. */
  readonly state: Phase | "retrying" | "new" | "stopped";
  readonly position: Position | null;
  /** How old what readers see may be; null while tables are copied. */
  readonly lagMs: number | null;
  readonly copying: Copying | null;
  /** Row changes settled since the process began; null when none runs. */
  readonly rows: number | null;
  readonly deadLetters: number | null;
  /**
   * How often since the process began tables had to be copied again, for statements the log does not tell the rows of; null when none runs.
   */
  readonly recopies: number | null;
  readonly error: string | null;
}

export function statusOf(state: PipelineState, now = Date.now()): PipelineStatus {
  const alive = state.phase === "snapshot" || state.phase === "streaming" || state.phase === "starting";
  return {
    pipeline: state.name,
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

/** What the stores themselves hold of it, where no sync process tells what it does. */
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

/** `3 rows are in the dead letters: …`: what readers of a store go without. */
export function deadLettersText(count: number): string {
  return `${count.toLocaleString("en")} ${count === 1 ? "row is" : "rows are"} in the dead letters, so readers go without: sluice `
    + "dead-letters list";
}

function lag(currentAt: number | null, now: number): number | null {
  return currentAt === null ? null : Math.max(0, now - currentAt);
}
