import { withinTime } from "../../runtime/time-limit.js";
import { isWhole, type Progress } from "../../schema/position.js";
import type { Store } from "../../stores/ports.js";

/** How current a store is, as `extensions.freshness` of a response and `/health` show it. */
export interface StoreFreshness {
  readonly name: string;
  /**
   * `none`: sync has not begun; `snapshot`: tables are being copied, for the first time or again; `unreachable`: the store does not answer.
   */
  readonly phase: "none" | "snapshot" | "stream" | "unreachable";
  /** When it held everything the source had committed, ISO 8601; null outside `stream`. */
  readonly currentAt: string | null;
  readonly ageMs: number | null;
}

type State = { readonly phase: "none" | "snapshot" | "unreachable" } | { readonly phase: "stream"; readonly currentAt: number };

const rememberedMs = 250;
const patienceMs = 1_000;

/** Asks each store for its progress at most four times a second, however many requests ask. */
export class Freshness {
  private states: ReadonlyMap<string, State> = new Map();
  private readAt = 0;
  private reading: Promise<void> | null = null;

  constructor(private readonly stores: readonly Store[]) {}

  async read(): Promise<readonly StoreFreshness[]> {
    if (Date.now() - this.readAt > rememberedMs) await (this.reading ??= this.refresh());
    const now = Date.now();
    return [...this.states].map(([name, state]) => (state.phase === "stream"
      ? { name, phase: state.phase, currentAt: new Date(state.currentAt).toISOString(), ageMs: Math.max(0, now - state.currentAt) }
      : { name, phase: state.phase, currentAt: null, ageMs: null }));
  }

  /** Whether sync is known to have put nothing there yet. */
  isEmpty(name: string): boolean {
    return this.states.get(name)?.phase === "none";
  }

  private async refresh(): Promise<void> {
    try {
      this.states = new Map(await Promise.all(this.stores.map(async (store) => [store.name, await stateOf(store)] as const)));
      this.readAt = Date.now();
    } finally {
      this.reading = null;
    }
  }
}

async function stateOf(store: Store): Promise<State> {
  const unreachable = (): State => ({ phase: "unreachable" });
  const state = store.progress().then(phaseOf).catch(unreachable);
  return withinTime(patienceMs, state, unreachable);
}

function phaseOf(progress: Progress | null): State {
  if (!progress) return { phase: "none" };
  // A table that is copied, for the first time or again, may lack what was committed.
  return isWhole(progress) ? { phase: "stream", currentAt: progress.currentAt } : { phase: "snapshot" };
}
