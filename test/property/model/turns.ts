import type { FeedLock } from "../../../sync/source.js";

/** A process's turn, as the model sees it. */
interface Holder {
  readonly lost: AbortController;
  expired: boolean;
  isCommitting: boolean;
}

/**
 * One turn for all processes of a history. It passes on when its holder ends, or is silent for too long.
 * Such a holder goes on writing for a while before it notices. It may not store a position that it was not sure of.
 */
export class Turns {
  #holder: Holder | null = null;
  #mayPass = false;

  /** The holder falls silent. */
  pass(): void {
    this.#mayPass = true;
  }

  async take(
    onWait: (holder: string) => void, signal: AbortSignal, notices: () => Promise<void>,
  ): Promise<FeedLock & { readonly holder: Holder }> {
    while (this.#holder && (!this.#mayPass || this.#holder.isCommitting)) {
      onWait("another");
      await new Promise(setImmediate);
      signal.throwIfAborted();
    }
    const former = this.#holder;
    if (former) {
      former.expired = true;
      void notices().then(() => former.lost.abort(new Error("it was another's turn")));
    }
    this.#mayPass = false;
    const holder: Holder = (this.#holder = { lost: new AbortController(), expired: false, isCommitting: false });
    return {
      holder,
      lost: holder.lost.signal,
      async held() {
        if (holder.expired) holder.lost.abort(new Error("it was another's turn"));
        else holder.isCommitting = true;
      },
      [Symbol.asyncDispose]: async () => {
        if (this.#holder === holder) this.#holder = null;
      },
    };
  }
}
