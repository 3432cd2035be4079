import type { Change, Rejection, UnheldChange } from "../../schema/change.js";
import { keyText } from "../../schema/entity.js";
import { isWithin, type KeyRange, type Version } from "../../schema/position.js";
import type { LogEntry } from "../../stores/log-sink.js";
import type { DeadLetter, DeadLetters } from "../../stores/ports.js";
import { LetterKeys } from "./letter-keys.js";

export interface RejectionLimit {
  /** More than this many rejections… */
  readonly rejections: number;
  /** …within this time stop the pipeline. */
  readonly windowMs: number;
}

/** So many rows are refused that the sink or the catalog must be wrong, not the rows. */
export class TooManyRejections extends Error {
  override readonly name = "TooManyRejections";
  constructor(sink: string, count: number, windowMs: number, reason: string, ofIt: number) {
    super(`${sink} refused ${count} rows within ${Math.ceil(windowMs / 1000)} s, ${ofIt} of them because: ${reason}. `
      + "Remedy: cure this cause and start again; the rows are in the dead letters, and nothing after them was passed over");
  }
}

/** People also settle letters by hand, so while there are any, they are counted this often. */
const recountMs = 5_000;

/**
 * The dead letters of one pipeline: it parks what is refused, and settles what has been
 * overtaken. It is called in the order of the batches.
 */
export class LetterBox {
  readonly #keys = new LetterKeys();
  #recent: { readonly at: number; readonly reason: string }[] = [];
  #count = 0;
  #countedAt = 0;

  private constructor(readonly sink: string, readonly letters: DeadLetters, readonly limit: RejectionLimit) {}

  static async open(sink: string, letters: DeadLetters, limit: RejectionLimit): Promise<LetterBox> {
    const box = new LetterBox(sink, letters, limit);
    for await (const some of letters.all()) for (const { entity, key } of some) box.#keys.add(entity, key);
    box.#count = await letters.count();
    return box;
  }

  /** How many letters there are, as far as this pipeline knows. */
  get count(): number {
    return this.#count;
  }

  /** Parks rejections, which are durable before it returns (invariant 1). @throws TooManyRejections once they are parked */
  async park(rejections: readonly Rejection[]): Promise<void> {
    if (rejections.length === 0) return;
    await this.letters.park(rejections);
    await this.#parked(rejections);
  }

  /**
   * A log sink has parked these in its own commit, and has settled there what the entries overtook.
   * @throws TooManyRejections
   */
  async kept(rejections: readonly Rejection[], entries: readonly LogEntry[]): Promise<void> {
    if (rejections.length > 0) return this.#parked(rejections);
    if (this.#count === 0) return;
    const maySettle = (entry: LogEntry) => entry.op === "truncate" || ("key" in entry && this.#keys.mayHave(entry.entity, entry.key));
    if (entries.some(maySettle)) this.#count = await this.letters.count();
    else await this.recounted();
  }

  async #parked(rejections: readonly Rejection[]): Promise<void> {
    for (const { entity, key } of rejections) this.#keys.add(entity, key);
    this.#count = await this.letters.count();
    this.#judge(rejections);
  }

  /** Settles the letters of keys whose newer version was accepted. */
  async overtaken(accepted: readonly Change[]): Promise<void> {
    if (this.#count === 0) return;
    const newest = new Map<string, Change>();
    for (const change of accepted) {
      if (!this.#keys.mayHave(change.entity, change.key)) continue;
      const name = `${change.entity}\0${keyText(change.key)}`;
      if ((newest.get(name)?.version ?? -1) < change.version) newest.set(name, change);
    }
    // A letter of the same version says that this very change was refused before. What was removed for it has that version too.
    await this.#settle([...newest.values()].map(({ entity, key, version }) => ({ entity, key, version: version - 1 })));
  }

  /** The letters of a table's rows. */
  async of(entity: string): Promise<readonly DeadLetter[]> {
    const found: DeadLetter[] = [];
    if (this.#count === 0) return found;
    for await (const some of this.letters.all()) {
      const keys = some.filter((letter) => letter.entity === entity).map(({ key }) => key);
      if (keys.length > 0) found.push(...(await this.letters.of(entity, keys)).filter((letter) => letter !== null));
    }
    return found;
  }

  async recounted(): Promise<void> {
    if (this.#count === 0 || Date.now() < this.#countedAt + recountMs) return;
    this.#count = await this.letters.count();
    this.#countedAt = Date.now();
  }

  /** Older rows were swept, so letters about them mean nothing any more. */
  async swept(entity: string, version: Version, within: KeyRange): Promise<void> {
    if (this.#count === 0) return;
    for await (const some of this.letters.all()) {
      await this.#settle(some.filter((letter) => letter.entity === entity && letter.version < version && isWithin(within, letter.key)));
    }
  }

  async #settle(letters: readonly Pick<Rejection, "entity" | "key" | "version">[]): Promise<void> {
    if (letters.length === 0) return;
    const settled = await this.letters.settle(letters.map(({ entity, key, version }) => ({ entity, key, version })));
    if (settled > 0) this.#count = await this.letters.count();
  }

  #judge(rejections: readonly Rejection[]): void {
    const now = Date.now();
    this.#recent = [
      ...this.#recent, ...rejections.map(({ reason }) => ({ at: now, reason })),
    ].filter(({ at }) => at > now - this.limit.windowMs);
    if (this.#recent.length <= this.limit.rejections) return;
    const causes = new Map<string, { readonly reason: string; count: number }>();
    for (const { reason } of this.#recent) {
      const cause = causes.get(causeOf(reason)) ?? { reason, count: 0 };
      causes.set(causeOf(reason), cause);
      cause.count++;
    }
    const commonest = [...causes.values()].reduce((most, each) => (each.count > most.count ? each : most));
    throw new TooManyRejections(this.sink, this.#recent.length, this.limit.windowMs, commonest.reason, commonest.count);
  }
}

/** The reason without the values of the row at hand. */
export function causeOf(reason: string): string {
  return reason.replace(/"[^"]*"|\d+/g, "?");
}

export function asRejection({ entity, key, version, reason }: UnheldChange): Rejection {
  return { entity, key, version, reason, change: null };
}
