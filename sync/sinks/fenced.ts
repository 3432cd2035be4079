import type { Sink } from "../../stores/ports.js";
import type { FeedLock } from "../source.js";

/**
 * The same sink for as long as this process holds the feed lock. Then it no longer says how far the sink is: another process
 * does, and may be further (invariant 2). Writes that are still under way do no harm: an older version loses (invariant 4), and
 * nothing is written before the position it comes after was stored.
 */
export function fenced(sink: Sink, lock: FeedLock): Sink {
  return {
    name: sink.name,
    get lingerMs() { return sink.lingerMs; },
    absent: (entities) => sink.absent(entities),
    prepare: (entities) => sink.prepare(entities),
    write: (changes, signal) => sink.write(changes, signal),
    sweep: (entity, olderThan, within) => sink.sweep(entity, olderThan, within),
    progress: () => sink.progress(),
    async storeProgress(progress) {
      await lock.held();
      lock.lost.throwIfAborted();
      await sink.storeProgress(progress);
    },
    deadLetters: sink.deadLetters,
    [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose](),
  };
}
