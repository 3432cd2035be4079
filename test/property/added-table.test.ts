import fc from "fast-check";
import { Registry } from "prom-client";
import { newState } from "../support/new-state.js";
import { openLog } from "../../runtime/log.js";
import { type Catalog, catalog } from "../../schema/catalog.js";
import type { Progress } from "../../schema/position.js";
import { Severed } from "../../stores/ports.js";
import { runPipeline } from "../../sync/pipeline/pipeline.js";
import { RetryingSink } from "../../sync/sinks/retry.js";
import type { Source } from "../../sync/source.js";
import { pipelineMetrics } from "../../sync/state/metrics.js";
import { MemoryDisk, MemorySink, type Weather } from "../support/memory/memory-sink.js";
import { MemorySource, type Operation, type Transaction } from "../support/memory/memory-source.js";
import { pipelineParts, smallBatches } from "../support/pipeline-parts.js";
import { instead } from "./model/instead.js";
import { equal } from "./model/run.js";
import { item, owner, refused, type StoreCrash, storeCrash, things, unheld } from "./model/world.js";

/** Waits between tries take no time, because the test checks only what happens in which order. */
jest.mock(
  "../../runtime/wait.js", () => ({ ...jest.requireActual<object>("../../runtime/wait.js"), sleep: () => new Promise(setImmediate) }),
);

const numRuns = Number(process.env.SLUICE_HISTORIES ?? 300);
jest.setTimeout(Math.max(120_000, numRuns * 10));

const [few, all] = [catalog([owner]), things];
const log = openLog("test", "silent");

const key = fc.integer({ min: 1, max: 6 }).map(String);
const texts = fc.constantFrom("a", "b", "c", "d", "zero date", "too long");
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 12, arbitrary: fc.record({
    id: key, text: texts, rank: fc.nat(2), owner_id: fc.option(key),
  }).map((row): Operation => ({ entity: item, key: [row.id], row })) },
  { weight: 4, arbitrary: key.map((id): Operation => ({ entity: item, key: [id], row: null })) },
  { weight: 2, arbitrary: fc.record({ id: key, text: texts }).map((row): Operation => ({ entity: owner, key: [row.id], row })) },
  { weight: 1, arbitrary: fc.constantFrom<Operation>({ truncate: item }) },
);
const history: fc.Arbitrary<Transaction[]> = fc.array(
  fc.record({ operations: fc.array(operation, { minLength: 1, maxLength: 7 }), stamp: fc.integer({ min: 1, max: 3_000 }) }),
  { minLength: 4, maxLength: 20 });

class Crash extends Error {}

/**
 * Lets `effects` happen, each after a while of its own, and then none any more: a SIGKILL between two effects. Meanwhile the store dies.
 */
function weather(effects: number, dice: Iterator<number>, disk: MemoryDisk, dying: StoreCrash[]): Weather {
  let [left, since] = [effects, 0];
  return {
    async before() {
      for (let turns = dice.next().value! % 4; turns > 0; turns--) await new Promise(setImmediate);
      if (--left < 0) throw new Crash();
      if (dying.length === 0 || ++since < dying[0]!.after) return;
      since = 0;
      disk.crash(dying.shift()!.loses);
      throw new Severed("memory", "the connection broke");
    },
  };
}

/** The source as a pipeline sees it whose catalog lacks some of its tables. */
function seenBy(of: Catalog, source: MemorySource): Source {
  return instead<Source>(source, {
    async *stream(after, signal) {
      for await (const messages of source.stream(after, signal)) {
        const seen = messages.filter((message) => !("entity" in message) || of.has(message.entity));
        if (seen.length > 0) yield seen;
      }
    },
  });
}

const whole = ({ copied }: Progress, of: Catalog) => of.entities.every(({ table }) => copied?.[table] === "done");

test("a table that joined the catalog, or that the store lost, is copied while the log is followed: after any history, with a crash of "
  + "sync or of the store at any effect, nothing is lost, stale or left behind", async () => {
  let beside = 0;
  await fc.assert(fc.asyncProperty(
    history, fc.boolean(), fc.nat(6), fc.array(fc.nat(60), { maxLength: 5 }), fc.array(storeCrash, { maxLength: 2 }),
    fc.infiniteStream(fc.nat(1000)),
    fc.record({
      growth: fc.integer({ min: 1, max: 2 }), chunk: fc.integer({ min: 1, max: 4 }), rows: fc.integer({ min: 1, max: 6 }),
      atOnce: fc.integer({ min: 1, max: 4 }),
    }),
    async (transactions, loses, until, crashes, storeCrashes, dice, { growth, chunk, rows, atOnce }) => {
      const source = new MemorySource(transactions, unheld, growth, chunk);
      const disk = new MemoryDisk(all);
      const limits = smallBatches(rows, atOnce);
      const run = async (of: Catalog, effects: number, dying: StoreCrash[], enough: (progress: Progress) => boolean) => {
        const [stop, cutoff] = [new AbortController(), new AbortController().signal];
        const state = newState("memory");
        const sink = new MemorySink(disk, refused, weather(effects, dice, disk, dying), (progress) => {
          if (enough(progress)) stop.abort();
        });
        const patient = new RetryingSink(sink, state, pipelineMetrics(new Registry(), [state]), log, { stop: stop.signal, cutoff });
        const parts = pipelineParts({ source: seenBy(of, source), sink: patient, catalog: of, limits, state });
        await runPipeline(parts, stop.signal, cutoff).catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
        });
      };
      const before = loses ? all : few;
      await run(before, Infinity, [], (progress) => whole(progress, before) && progress.position.offset >= Math.min(until, source.length));
      if (loses) disk.drop(item);
      // If a store dies when all is stored, the next pipeline finds that out.
      for (const [effects, dying] of [...[...crashes, Infinity].map((each) => [each, storeCrashes] as const), [Infinity, []] as const]) {
        await run(all, effects, [...dying], (progress) => {
          if (!whole(progress, all) && source.length > until) beside++;
          return whole(progress, all) && progress.position.offset === source.length;
        });
      }
      equal(source, disk);
    }), { numRuns });
  expect(beside).toBeGreaterThan(numRuns);
});
