import { pause } from "../runtime/wait.js";
import type { Store } from "../stores/ports.js";
import type { Source } from "./source.js";

/** A store that has not caught up after this long is not being written to, as far as a comparison is concerned. */
const patienceMs = 10_000;
const betweenLooksMs = 100;

/**
 * Tells a difference from a change under way: what still differs once the store holds all that was committed when the difference
 * was seen, and has not changed in the source since, is different.
 */
export class SecondLook {
  readonly #still = new Set<string>();

  constructor(readonly source: Source, readonly signal: AbortSignal) {}

  /** Resolves when the store holds what the source has committed by now, or is known not to move. */
  async at(store: Store): Promise<void> {
    if (this.#still.has(store.name)) return;
    const target = await this.source.head();
    const deadline = Date.now() + patienceMs;
    while (Date.now() < deadline) {
      const progress = await store.progress();
      if (progress?.phase === "stream" && this.source.reached(progress.position, target)) return;
      await pause(betweenLooksMs, this.signal);
      this.signal.throwIfAborted();
    }
    this.#still.add(store.name);
  }
}

/** How often a row that keeps changing is looked at. */
export const mostLooks = 10;
