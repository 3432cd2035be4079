import { unlessAborted } from "../../runtime/wait.js";
import { Retriable, type Sink, Unreachable } from "../../stores/ports.js";

/** Whether a store that could not be opened may be there later, without anybody changing anything here. */
export function isAway(error: unknown): error is Unreachable | Retriable {
  return error instanceof Unreachable || error instanceof Retriable;
}

/**
 * The sink of a store that was away when sync started, with why it could not be opened then; `begun` is an opening that has not
 * ended yet. The first call opens it: it throws `Retriable` as long as the store is away, so it waits as for any other silence. `stop`
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
      return (sink = await unlessAborted(stop, opening));
    } catch (error) {
      if (!stop.aborted) opening = null;
      throw error instanceof Unreachable ? new Retriable("opening", error) : error;
    }
  }

  return {
    name,
    get lingerMs() { return sink?.lingerMs ?? 0; },
    absent: async (entities) => (await opened()).absent(entities),
    prepare: async (entities) => (await opened()).prepare(entities),
    write: async (changes, signal) => (await opened()).write(changes, signal),
    sweep: async (entity, olderThan, within) => (await opened()).sweep(entity, olderThan, within),
    progress: async () => (await opened()).progress(),
    storeProgress: async (progress) => (await opened()).storeProgress(progress),
    deadLetters: {
      park: async (rejections) => (await opened()).deadLetters.park(rejections),
      list: async (limit) => (await opened()).deadLetters.list(limit),
      async *all() {
        yield* (await opened()).deadLetters.all();
      },
      of: async (entity, keys) => (await opened()).deadLetters.of(entity, keys),
      count: async () => (await opened()).deadLetters.count(),
      settle: async (letters) => (await opened()).deadLetters.settle(letters),
    },
    async [Symbol.asyncDispose]() {
      // A connection that comes after all is closed again, but not waited for.
      const closing = opening?.then((late) => late[Symbol.asyncDispose]());
      if (sink) await closing;
      else closing?.catch(() => undefined);
    },
  };
}
