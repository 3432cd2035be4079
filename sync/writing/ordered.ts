import { Notifier } from "../../runtime/notifier.js";

/**
 * Runs work side by side, at most `most` at once, with a follow-up each. The follow-ups run one at a time and in the order the work began.
 * So writes overlap while what is reported of them is reported in order (invariant 1).
 */
export class Ordered {
  readonly #waiting: { readonly work: Promise<unknown>; readonly then: () => Promise<void> }[] = [];
  #running = false;
  #failure: { readonly error: unknown } | null = null;
  readonly #changes = new Notifier();

  /** `onFailure` aborts once, so that callers that wait for more to do can stop waiting. */
  constructor(readonly most: number, readonly onFailure: AbortController) {}

  get size(): number {
    return this.#waiting.length;
  }

  /** Resolves when there is room for one more. @throws the first failure */
  async room(): Promise<void> {
    while (!this.#failure && this.#waiting.length >= this.most) await this.#changes.next();
    if (this.#failure) throw this.#failure.error;
  }

  /** Begins the work once there is room for it. @throws the first failure */
  async add<T>(begin: () => Promise<T>, then: (result: T) => Promise<void>): Promise<void> {
    await this.room();
    const work = begin();
    // Its follow-up meets a failure, which must not end the process before that.
    work.catch(() => undefined);
    this.#waiting.push({ work, then: async () => then(await work) });
    if (!this.#running) void this.#run();
  }

  /** Resolves when all that has begun by now is done. @throws the first failure */
  async passed(): Promise<void> {
    const last = this.#waiting.at(-1);
    while (!this.#failure && last && this.#waiting.includes(last)) await this.#changes.next();
    if (this.#failure) throw this.#failure.error;
  }

  /** Resolves when all is done. @throws the first failure */
  async drained(): Promise<void> {
    while (!this.#failure && this.#waiting.length > 0) await this.#changes.next();
    if (this.#failure) throw this.#failure.error;
  }

  /** Resolves when no work and no follow-up is under way any more, however they ended. */
  async ended(): Promise<void> {
    while (this.#running) await this.#changes.next();
    await Promise.allSettled(this.#waiting.map(({ work }) => work));
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
        await next.then();
        this.#waiting.shift();
        this.#changes.notify();
      }
    } catch (error) {
      // What began later ends by itself: it is never reported, so it comes again.
      this.#failure = { error };
      this.onFailure.abort(error);
      this.#changes.notify();
    } finally {
      this.#running = false;
    }
  }
}
