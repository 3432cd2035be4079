import fc from "fast-check";
import { catalog } from "../../schema/catalog.js";
import { entity, entryOf, lookupTable, type Row } from "../../schema/entity.js";
import { int32, int64, nullable, reference, string } from "../../schema/fields.js";
import type { Position, Progress } from "../../schema/position.js";
import { openLog } from "../../runtime/log.js";
import { runPipeline } from "../../sync/pipeline.js";
import { newState } from "../../sync/status.js";
import { Valve } from "../../sync/valve.js";
import { MemoryDisk, MemorySink, type Weather } from "../support/memory-sink.js";
import { MemorySource, type Operation, type Transaction } from "../support/memory-source.js";

const owner = entity("owner", { description: "An owner.", key: ["id"], owner: { kind: "everyone" }, fields: { id: int64("public", "Key."), text: string(9, "public", "Text.") } });
const item = entity("item", {
  description: "An item.", key: ["id"], owner: { kind: "everyone" },
  fields: {
    id: int64("public", "Key."), text: string(9, "public", "Text."), rank: int32("public", "Order."),
    owner_id: nullable(reference(owner, "public", "Whose it is.")),
  },
  lookups: [{ name: "items", by: "owner_id", orderBy: "rank", direction: "asc", description: "Its items." }],
});
const things = catalog([owner, item]);
const log = openLog("test", "silent");
const unreadable = (row: Row) => (row.text === "zero date" ? "a zero date" : null);
const refused = (row: Row) => (row.text === "too long" ? "too long" : null);

const key = fc.integer({ min: 1, max: 5 }).map(String);
const texts = fc.constantFrom("a", "b", "c", "d", "zero date", "too long");
const itemRow = fc.record({ id: key, text: texts, rank: fc.nat(2), owner_id: fc.option(key) });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 12, arbitrary: itemRow.map((row): Operation => ({ entity: item, key: [row.id], row })) },
  { weight: 4, arbitrary: key.map((id): Operation => ({ entity: item, key: [id], row: null })) },
  { weight: 4, arbitrary: fc.record({ id: key, text: texts }).map((row): Operation => ({ entity: owner, key: [row.id], row })) },
  { weight: 1, arbitrary: fc.constantFrom<Operation>({ truncate: item }, { truncate: owner }) },
);
const history: fc.Arbitrary<Transaction[]> = fc.array(
  fc.record({ operations: fc.array(operation, { minLength: 1, maxLength: 7 }), stamp: fc.integer({ min: 1, max: 3_000 }) }), { minLength: 1, maxLength: 14 });

class Crash extends Error {}

/** Lets so many effects happen, each after a while of its own, and then none any more: a SIGKILL between two effects. */
function weather(effects: number, dice: Iterator<number>): Weather {
  let left = effects;
  return {
    async before() {
      for (let turns = dice.next().value! % 4; turns > 0; turns--) await new Promise(setImmediate);
      if (--left < 0) throw new Crash();
    },
  };
}

test("invariants 1 to 5: after any history, with a crash at any effect of any write, the sink equals the source or says in its dead letters why not", async () => {
  await fc.assert(fc.asyncProperty(
    history, fc.array(itemRow, { maxLength: 3 }), fc.array(fc.nat(80), { maxLength: 5 }), fc.infiniteStream(fc.nat(1000)),
    fc.record({ growth: fc.integer({ min: 1, max: 3 }), chunk: fc.integer({ min: 1, max: 5 }), rows: fc.integer({ min: 1, max: 6 }), atOnce: fc.integer({ min: 1, max: 4 }) }),
    async (transactions, leftovers, crashes, dice, { growth, chunk, rows, atOnce }) => {
      const source = new MemorySource(transactions, unreadable, growth, chunk);
      const disk = new MemoryDisk(things);
      // What a sink that lost its progress still holds: nothing of it may survive the snapshot.
      leftovers.forEach((row, i) => disk.atomsOf({ op: "create", entity: "item", key: [row.id], before: null, after: row, version: 500 + i }).forEach((atom) => disk.put(atom)));
      const limits = { batch: { rows, bytes: 1e9 }, writesAtOnce: atOnce, rejections: { rejections: 1e9, windowMs: 1 }, pace: { busyMs: 0, idleMs: 0 } };
      for (const effects of [...crashes, Infinity]) {
        const stop = new AbortController();
        const sink = new MemorySink(disk, refused, weather(effects, dice), (progress) => {
          holds(source, disk, progress);
          if (progress.phase === "stream" && progress.position.offset === source.length) stop.abort();
        });
        const parts = { source, sink, catalog: things, limits, state: newState("memory"), valve: new Valve(), log };
        await runPipeline(parts, stop.signal, new AbortController().signal).catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
        });
      }
      equal(source, disk);
    }), { numRuns: 300 });
}, 120_000);

/** What must be true whenever progress is stored. */
function holds(source: MemorySource, disk: MemoryDisk, progress: Progress): void {
  const before = disk.progress;
  const at = (p: Progress): Position => (p.phase === "stream" ? p.position : p.head);
  if (before) {
    // Invariant 2: it only grows.
    expect(at(progress).offset).toBeGreaterThanOrEqual(at(before).offset);
    expect(at(progress).version).toBeGreaterThanOrEqual(at(before).version);
    if (before.phase === "stream") expect(progress.phase).toBe("stream");
    if (before.phase === "stream" && progress.phase === "stream") expect(progress.currentAt).toBeGreaterThanOrEqual(before.currentAt);
  }
  if (progress.phase !== "stream") return;
  // Invariant 5: it is the end of a transaction, with the version a replay from there begins at.
  expect(progress.position.version).toBeGreaterThanOrEqual(source.positionAt(progress.position.offset).version);
  // Invariant 1: everything before it is in the sink or in its dead letters.
  for (const [name, { version, gone }] of source.versionsUpTo(progress.position)) {
    const [table, place] = name.split("\0") as [string, string];
    const cell = disk.tables.get(table)?.get(place);
    const settled = (cell && cell.version >= version) || (disk.letters.get(name)?.version ?? -1) >= version
      || (gone && !cell?.row) || (!cell?.row && source.goneAfter(table, place, version));
    expect([name, version, settled]).toEqual([name, version, true]);
  }
}

/** Invariants 3 and 4: nothing lost, nothing older in the place of something newer, no entry left behind. */
function equal(source: MemorySource, disk: MemoryDisk): void {
  const letters: string[] = [];
  for (const of of things.entities) {
    const all = [...source.table(of)];
    const good = all.filter(([, row]) => unreadable(row) === null && refused(row) === null);
    letters.push(...all.filter((each) => !good.includes(each)).map(([place]) => `${of.table}\0${place}`));
    expect(sorted(disk.live(of.table))).toEqual(sorted(good));
    for (const lookup of of.lookups) {
      const entries = good.filter(([, row]) => row[lookup.by] !== null)
        .map(([, row]) => [JSON.stringify([row[lookup.by], ...entryOf(of, lookup, row)]), row] as const);
      expect(sorted(disk.live(lookupTable(of, lookup)))).toEqual(sorted(entries));
    }
  }
  expect([...disk.letters.keys()].sort()).toEqual(letters.sort());
}

function sorted(rows: Iterable<readonly [string, Row]>): (readonly [string, Row])[] {
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
}

