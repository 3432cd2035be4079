import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { Registry } from "prom-client";
import { newState } from "../support/new-state.js";
import { openLog } from "../../runtime/log.js";
import { isWhole } from "../../schema/position.js";
import { Retriable, Severed, type TableSink } from "../../stores/ports.js";
import { runPipeline } from "../../sync/pipeline/pipeline.js";
import { RetryingSink } from "../../sync/sinks/retry.js";
import { pipelineMetrics } from "../../sync/state/metrics.js";
import { MemoryDisk, MemorySink, type Weather } from "../support/memory/memory-sink.js";
import { MemorySource } from "../support/memory/memory-source.js";
import { pipelineParts, smallBatches } from "../support/pipeline-parts.js";
import { instead, withWriter } from "./model/instead.js";
import { equal } from "./model/run.js";
import { Violation } from "./model/violation.js";
import { histories, type History, refused, type StoreCrash, storeCrash, things, unheld } from "./model/world.js";

/** Waits between tries take no time, because the test checks only what happens in which order. */
jest.mock(
  "../../runtime/wait.js", () => ({ ...jest.requireActual<object>("../../runtime/wait.js"), sleep: () => new Promise(setImmediate) }),
);

const numRuns = Number(process.env.SLUICE_HISTORIES ?? 500);
jest.setTimeout(Math.max(120_000, numRuns * 10));

const log = openLog("test", "silent");

/** `quietly`: after an effect rather than in one. */
type Dying = StoreCrash & { readonly quietly: boolean };
const crashes: fc.Arbitrary<Dying[]> = fc.array(
  fc.tuple(storeCrash, fc.boolean()).map(([crash, quietly]) => ({ ...crash, quietly })), { minLength: 1, maxLength: 3 },
);

type Retrying = (sink: TableSink, stop: AbortSignal) => TableSink;

const ours: Retrying = (sink, stop) => {
  const state = newState("memory");
  return new RetryingSink(sink, state, pipelineMetrics(new Registry(), [state]), log, { stop, cutoff: new AbortController().signal });
};

/** Goes on with its work when the store is there again. */
const stubborn: Retrying = (sink) => {
  const again = async <T>(attempt: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof Retriable)) throw error;
        await turn();
      }
    }
  };
  return instead(withWriter(sink, (writer) => ({ write: (changes, signal) => again(() => writer.write(changes, signal)) })), {
    sweep: (entity, olderThan, within) => again(() => sink.sweep(entity, olderThan, within)),
    storeProgress: (progress) => again(() => sink.storeProgress(progress)),
    deadLetters: {
      ...sink.deadLetters,
      park: (rejections) => again(() => sink.deadLetters.park(rejections)),
      settle: (letters) => again(() => sink.deadLetters.settle(letters)),
    },
  });
};

/** Follows the source to its end while the store dies now and then. @throws Violation */
async function follow(
  { kind, transactions, dice, growth, chunk, rows, atOnce }: History, dying: readonly Dying[], retrying: Retrying,
): Promise<void> {
  const source = new MemorySource(transactions, unheld, growth, chunk);
  const disk = new MemoryDisk(things, kind);
  const left = [...dying];
  let [effects, thrown, dead] = [0, 0, Promise.resolve()];
  const weather: Weather = {
    async before() {
      for (let turns = dice[thrown++ % dice.length]!; turns > 0; turns--) await turn();
      if (left.length === 0 || ++effects < left[0]!.after) return;
      effects = 0;
      const { loses, quietly } = left.shift()!;
      // By then the effect is done, and perhaps confirmed.
      if (quietly) return void (dead = turn().then(() => disk.crash(loses)));
      disk.crash(loses);
      throw new Severed("memory", "the connection broke");
    },
  };
  const limits = smallBatches(rows, atOnce);
  // If the crash comes after the last position was stored, the second run finds it.
  for (let run = 0; run < 2; run++) {
    const stop = new AbortController();
    const sink = new MemorySink(disk, refused, weather, (progress) => {
      if (isWhole(progress) && progress.position.offset === source.length) stop.abort();
    });
    const parts = pipelineParts({ source, sink: retrying(sink, stop.signal), catalog: things, limits });
    await runPipeline(parts, stop.signal, new AbortController().signal);
    left.length = 0;
    await dead;
  }
  equal(source, disk);
}

test("invariant 1, of a store that loses with its process what it had confirmed last: sync goes on from what the store holds, and "
  + "nothing is lost", async () => {
  await fc.assert(
    fc.asyncProperty(histories("never"), crashes, (history, dying) => follow(history, dying, ours)),
    { numRuns, endOnFailure: true },
  );
});

test("a planted mutant is killed: going on with the same work once the store is there again", async () => {
  const unbroken = fc.asyncProperty(histories("never"), crashes, (history, dying) =>
    follow(history, dying, stubborn).then(() => true, (error: unknown) => {
    if (error instanceof Violation) return false;
    throw error;
  }));
  const { failed } = await fc.check(unbroken, { seed: 1, numRuns: 500, endOnFailure: true });
  expect(failed).toBe(true);
});
