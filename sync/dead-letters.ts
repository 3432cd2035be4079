import type { Change, Rejection, Unreadable } from "../schema/change.js";
import { type Key, keyText } from "../schema/entity.js";
import { isWithin, type KeyRange, type Version } from "../schema/position.js";
import type { DeadLetters } from "../stores/ports.js";

export interface RejectionLimit {
  /** More than this many rejections… */
  readonly rejections: number;
  /** …within this time stop the pipeline. */
  readonly windowMs: number;
}

/** So many rows are refused that it is the sink or the catalog that is wrong, not the rows. */
export class TooManyRejections extends Error {
  override readonly name = "TooManyRejections";
  constructor(sink: string, count: number, windowMs: number, reason: string, ofIt: number) {
    super(`${sink} refused ${count} rows within ${Math.ceil(windowMs / 1000)} s, ${ofIt} of them because: ${reason}. `
      + "Remedy: cure this cause and start again; the rows are in the dead letters, and nothing after them was passed over");
  }
}

/** Letters whose keys are remembered, so that a newer version of a row settles its letter. More than this stay until somebody settles them. */
const remembered = 100_000;

/** Letters are also settled by hand: while there are any, they are counted this often. */
const recountMs = 5_000;

/** The dead letters of one pipeline: parks what is refused, settles what has been overtaken. Called in the order of the batches. */
export class LetterBox {
  /** By entity, then key: the version parked. */
  readonly #open = new Map<string, Map<string, { readonly key: Key; readonly version: Version }>>();
  #recent: { readonly at: number; readonly reason: string }[] = [];
  #count = 0;
  #countedAt = 0;

  private constructor(readonly sink: string, readonly letters: DeadLetters, readonly limit: RejectionLimit) {}

  static async open(sink: string, letters: DeadLetters, limit: RejectionLimit): Promise<LetterBox> {
    const box = new LetterBox(sink, letters, limit);
    for (const letter of await letters.list(remembered)) box.#remember(letter);
    box.#count = await letters.count();
    return box;
  }

  /** Letters there are, as far as this pipeline knows. */
  get count(): number {
    return this.#count;
  }

  /** Durable before it returns (invariant 1). @throws TooManyRejections once they are parked */
  async park(rejections: readonly Rejection[]): Promise<void> {
    if (rejections.length === 0) return;
    await this.letters.park(rejections);
    for (const rejection of rejections) this.#remember(rejection);
    this.#count = await this.letters.count();
    this.#judge(rejections);
  }

  /** Settles the letters of keys of which a newer version was accepted. */
  async overtaken(accepted: readonly Change[]): Promise<void> {
    if (this.#open.size === 0) return;
    await this.#settle(accepted.filter(({ entity, key, version }) => {
      const letter = this.#open.get(entity)?.get(keyText(key));
      return letter !== undefined && letter.version < version;
    }));
  }

  async recounted(): Promise<void> {
    if (this.#count === 0 || Date.now() < this.#countedAt + recountMs) return;
    this.#count = await this.letters.count();
    this.#countedAt = Date.now();
  }

  /** What is older was swept: letters about such rows mean nothing any more. */
  async swept(entity: string, version: Version, within: KeyRange): Promise<void> {
    const older = [...(this.#open.get(entity)?.values() ?? [])].filter((letter) => letter.version < version && isWithin(within, letter.key));
    await this.#settle(older.map((letter) => ({ entity, ...letter })));
  }

  async #settle(letters: readonly Pick<Rejection, "entity" | "key" | "version">[]): Promise<void> {
    if (letters.length === 0) return;
    await this.letters.settle(letters.map(({ entity, key, version }) => ({ entity, key, version })));
    // One parked meanwhile for a newer version stays, as it does in the store.
    for (const { entity, key, version } of letters) {
      const keys = this.#open.get(entity);
      if (keys && (keys.get(keyText(key))?.version ?? Infinity) <= version) keys.delete(keyText(key));
    }
    for (const [entity, keys] of this.#open) if (keys.size === 0) this.#open.delete(entity);
    this.#count = await this.letters.count();
  }

  #remember({ entity, key, version }: Pick<Rejection, "entity" | "key" | "version">): void {
    const keys = this.#open.get(entity) ?? new Map<string, { readonly key: Key; readonly version: Version }>();
    this.#open.set(entity, keys);
    const known = keys.get(keyText(key));
    if (known ? known.version < version : this.#count < remembered) keys.set(keyText(key), { key, version });
  }

  #judge(rejections: readonly Rejection[]): void {
    const now = Date.now();
    this.#recent = [...this.#recent, ...rejections.map(({ reason }) => ({ at: now, reason }))].filter(({ at }) => at > now - this.limit.windowMs);
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

export function asRejection({ entity, key, version, reason }: Unreadable): Rejection {
  return { entity, key, version, reason, change: null };
}
