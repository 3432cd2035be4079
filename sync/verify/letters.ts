import { keyText } from "../../schema/entity.js";
import type { Store } from "../../stores/ports.js";
import type { Deviation, Difference } from "./report.js";

const mostLetters = 100_000;
const freshMs = 2_000;

/** The store's dead letters, which say of some rows why it is without them. */
export class Letters {
  #reasons = new Map<string, string>();
  #readAt = -Infinity;

  constructor(readonly store: Store) {}

  /** To be asked after the store was looked at: a letter is parked before its row is taken out. */
  async explain(deviations: readonly Deviation[]): Promise<readonly Deviation[]> {
    if (deviations.every(({ held }) => held)) return deviations;
    await this.#read();
    return deviations.map((deviation) => ({ ...deviation, differences: deviation.differences.map((difference) => this.#explained(difference)) }));
  }

  #explained(difference: Difference): Difference {
    const reason = difference.kind === "missing" ? this.#reasons.get(`${difference.table}\0${keyText(difference.key)}`) : undefined;
    return reason === undefined ? difference : { ...difference, deadLetter: reason };
  }

  async #read(): Promise<void> {
    if (performance.now() < this.#readAt + freshMs) return;
    const letters = await this.store.deadLetters.list(mostLetters);
    this.#reasons = new Map(letters.map(({ entity, key, reason }) => [`${entity}\0${keyText(key)}`, reason]));
    this.#readAt = performance.now();
  }
}
