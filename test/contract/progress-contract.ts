import { generationOf } from "../../schema/generation.js";
import { type Copied, everyKey, type Position, type Progress } from "../../schema/position.js";
import { Replaced } from "../../stores/ports.js";
import { nextVersion } from "./changes.js";
import { contractCatalog } from "./entities.js";
import type { Bench } from "./store-contract.js";

const position = (): Position => ({
  gtids: "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:7-9,4e11fa47-71ca-11e1-9e33-c80aa9429562:tag:1-3",
  file: "binlog.000042", offset: 4_294_967_300, version: nextVersion(),
});
const copied = (): Copied => ({
  currency: "done",
  specimen: {
    version: nextVersion(), range: everyKey, left: [{ after: null, upTo: ["9223372036854775807"] }, { after: [7], upTo: null }],
    rows: 4_294_967_300,
  },
  sample: {
    version: nextVersion(), range: { after: ["-1", ""], upTo: null }, left: [{ after: ["-1", "a, 'b' \\ \u{1f5ff}"], upTo: null }], rows: 0,
  },
});
const copying = (): Progress => ({ position: position(), currentAt: Date.now(), copied: copied() });
const stream = (): Progress => ({ position: position(), currentAt: Date.now() });
const besideStream = (): Progress => ({ ...stream(), copied: copied() }) as Progress;

export function progressContract(bench: () => Bench): void {
  test("a new place has none", async () => {
    expect(await bench().sink.progress()).toBeNull();
    expect(await bench().store.progress()).toBeNull();
  });

  test("the progress stored last reads back, while tables are copied and after, for writer and reader", async () => {
    for (const progress of [copying(), stream(), copying(), besideStream(), stream(), stream()]) {
      await bench().sink.storeProgress(progress);
      expect(await bench().sink.progress()).toEqual(progress);
      await bench().settle();
      expect(await bench().store.progress()).toEqual(progress);
    }
  });

  test("invariant 1: a progress that was put there behind the sink's back, as by a backup, is not stored over before it was "
    + "read", async () => {
    const [backup, later, last] = [copying(), stream(), stream()];
    const { sink } = bench();
    await sink.storeProgress(backup);
    await sink.storeProgress(later);
    const again = await bench().reopen();
    await using other = again.sink;
    await using _store = again.store;
    await other.storeProgress(backup);
    await expect(sink.storeProgress(last)).rejects.toThrow(Replaced);
    await expect(sink.storeProgress(last)).rejects.toThrow(Replaced);
    expect(await sink.progress()).toEqual(backup);
    await sink.storeProgress(last);
    expect(await sink.progress()).toEqual(last);
  });

  test("it survives reopening", async () => {
    const progress = copying();
    await bench().sink.storeProgress(progress);
    const again = await bench().reopen();
    await using sink = again.sink;
    await using store = again.store;
    expect(await sink.progress()).toEqual(progress);
    expect(await store.progress()).toEqual(progress);
    await sink.prepare(contractCatalog);
    expect(await sink.progress()).toEqual(progress);
  });

  test("invariant 11: the generation that the progress names reads back, also once it names an older one", async () => {
    const { sink, store, settle } = bench();
    await sink.storeProgress(stream());
    expect([await sink.generation(), await store.generation()]).toEqual([null, null]);
    const generations = [generationOf(contractCatalog, 0), generationOf({ entities: contractCatalog.entities.slice(0, 1) }, 1)];
    for (const generation of generations) await sink.storeGeneration(generation);
    for (const generation of [...generations, generations[0]!]) {
      const { number, hash } = generation;
      await sink.storeProgress({ ...stream(), generation: { number, hash } });
      await settle();
      // What is kept is JSON, in which an absent property and an undefined one are the same.
      const kept: unknown = JSON.parse(JSON.stringify(generation));
      expect([await sink.generation(), await store.generation()]).toEqual([kept, kept]);
    }
  });

  test("a pipeline can be given another name: its store keeps its progress and its letters", async () => {
    const progress = stream();
    const letter = { entity: "specimen", key: ["77"], version: nextVersion(), reason: "too large", change: null };
    await bench().sink.storeProgress(progress);
    await bench().sink.deadLetters.park([letter]);
    const again = await bench().reopen("renamed");
    await using sink = again.sink;
    await using store = again.store;
    expect([sink.name, store.name]).toEqual(["renamed", "renamed"]);
    expect([await sink.progress(), await store.progress()]).toEqual([progress, progress]);
    expect(await sink.deadLetters.of("specimen", [["77"]])).toMatchObject([letter]);
    expect(await sink.deadLetters.settle([letter])).toBe(1);
  });
}
