import { Retriable, type Sink, Unreachable } from "../stores/ports.js";

/** Whether a store that could not be opened may be there later, without anybody changing anything here. */
export function isAway(error: unknown): error is Unreachable | Retriable {
  return error instanceof Unreachable || error instanceof Retriable;
}

/**
 * The sink of a store that was away when sync started, with why it could not be opened then; `begun` is an opening that has not
 * ended yet. `absent` and `prepare`, the first to be asked, open it: they throw `Retriable` as long as the store is away, so they wait as for any other silence. `stop`
 * ends the waiting for an answer.
 */
export function lateSink(name: string, failure: Error, begun: Promise<Sink> | null, open: () => Promise<Sink>, stop: AbortSignal): Sink {
  let told = false;
  let opening = begun;
  let sink: Sink | null = null;

  async function opened(): Promise<Sink> {
    if (sink) return sink;
    if (!told) {
      told = true;
      throw new Retriable("opening", failure);
    }
    try {
      opening ??= open();
      return (sink = await unless(stop, opening));
    } catch (error) {
      if (!stop.aborted) opening = null;
      throw error instanceof Unreachable ? new Retriable("opening", error) : error;
    }
  }

  const there = (): Sink => {
    if (!sink) throw new Error(`${name} is used before it is prepared`);
    return sink;
  };
  return {
    name,
    absent: async (entities) => (await opened()).absent(entities),
    prepare: async (entities) => (await opened()).prepare(entities),
    write: (changes, signal) => there().write(changes, signal),
    sweep: (entity, olderThan) => there().sweep(entity, olderThan),
    progress: () => there().progress(),
    commit: (progress) => there().commit(progress),
    deadLetters: {
      park: (rejections) => there().deadLetters.park(rejections),
      list: (limit) => there().deadLetters.list(limit),
      count: () => there().deadLetters.count(),
      settle: (letters) => there().deadLetters.settle(letters),
    },
    async [Symbol.asyncDispose]() {
      // A connection that comes after all is closed again, but not waited for.
      const closing = opening?.then((late) => late[Symbol.asyncDispose]());
      if (sink) await closing;
      else closing?.catch(() => undefined);
    },
  };
}

async function unless<T>(stop: AbortSignal, work: Promise<T>): Promise<T> {
  stop.throwIfAborted();
  let giveUp = (): void => undefined;
  const given = new Promise<never>((_, reject) => stop.addEventListener("abort", giveUp = () => reject(stop.reason as Error), { once: true }));
  return Promise.race([work, given]).finally(() => stop.removeEventListener("abort", giveUp));
}
