import type { Change, Rejection, UnheldChange } from "../../schema/change.js";
import type { Writer } from "../../stores/ports.js";
import type { PipelineState } from "../state/state.js";
import { Ordered } from "./ordered.js";
import { asRejection, type LetterBox } from "./rejections.js";

/**
 * The writes of one pipeline. Several run at once, which is harmless because a sink keeps the
 * newest version whatever comes first (invariant 4).
 * They are settled one after another, so that what is reported of a batch is reported after every batch before it.
 */
export class Writing {
  readonly #failed = new AbortController();
  readonly #ordered: Ordered;
  readonly #signal: AbortSignal;

  /** `cutoff` ends writes that are still under way when the time to drain is over. */
  constructor(readonly writer: Writer, readonly letters: LetterBox, readonly state: PipelineState, atOnce: number, cutoff: AbortSignal) {
    this.#ordered = new Ordered(atOnce, this.#failed);
    this.#signal = AbortSignal.any([cutoff, this.#failed.signal]);
  }

  /** Aborts when a write has failed for good. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /** Resolves when one more write may begin. @throws what failed */
  room(): Promise<void> {
    return this.#ordered.room();
  }

  /** Begins a write once there is room for it. `settled` is called when it and every earlier one is stored or in the dead letters. */
  async write(changes: readonly Change[], unheld: readonly UnheldChange[], settled: () => Promise<void>): Promise<void> {
    const begin = () => (changes.length > 0 ? this.writer.write(changes, this.#signal) : Promise.resolve([]));
    await this.#ordered.add(begin, async (rejections) => {
      await this.#settle(changes, rejections, unheld);
      await settled();
    });
  }

  /** Resolves when everything that was begun by now is settled. @throws what failed */
  passed(): Promise<void> {
    return this.#ordered.passed();
  }

  /** Resolves when everything is settled. @throws what failed */
  drained(): Promise<void> {
    return this.#ordered.drained();
  }

  /** Resolves when nothing is on its way to the sink any more, however it ended. */
  ended(): Promise<void> {
    return this.#ordered.ended();
  }

  async #settle(changes: readonly Change[], rejections: readonly Rejection[], unheld: readonly UnheldChange[]): Promise<void> {
    const parked = [...unheld.map(asRejection), ...rejections];
    let rows = 0;
    try {
      await this.letters.park(parked);
      await this.#withdraw(rejections);
      const refused = new Set(rejections.map(({ change }) => change));
      await this.letters.overtaken(refused.size === 0 ? changes : changes.filter((change) => !refused.has(change)));
      await this.letters.recounted();
      rows = changes.length + unheld.length;
    } finally {
      this.state.apply({ kind: "settled", rows, deadLetters: this.letters.count });
    }
  }

  /**
   * Removes what the store has of a refused row, whatever brought the refusal: it is out of date, and readers would take it for true.
   * A sink that writes only the newest change of a row has left out a delete before it. If a copy has no image of an
   * older row, its entries go with the copy's sweep.
   */
  async #withdraw(rejections: readonly Rejection[]): Promise<void> {
    const gone = rejections.flatMap(({ change }) => (change?.after ? [{ ...change, op: "delete" as const, after: null }] : []));
    if (gone.length > 0) await this.writer.write(gone, this.#signal);
  }
}
