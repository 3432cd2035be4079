import type { Rejection } from "../../schema/change.js";
import { keyText } from "../../schema/entity.js";
import { everyKey } from "../../schema/position.js";
import { LetterBox } from "../../sync/writing/rejections.js";
import { created, deleted, nextId, nextVersion } from "./changes.js";
import { crate, sample, specimen, specimenRow } from "./entities.js";
import type { Bench } from "./store-contract.js";

function rejectionOf(id: string, reason: string, version = nextVersion()): Rejection {
  const change = created(specimen, specimenRow(id, { text: `rejected <${reason}>`, whole: "-9223372036854775808" }), version);
  return { entity: "specimen", key: change.key, version, reason, change };
}

export function letterContract(bench: () => Bench): void {
  const letters = async (limit = 100) => {
    await bench().settle();
    return bench().sink.deadLetters.list(limit);
  };
  const count = async () => {
    await bench().settle();
    return bench().sink.deadLetters.count();
  };
  afterEach(async () => bench().sink.deadLetters.settle(await letters()));

  test("what is parked is listed as it was, with the time, and counted", async () => {
    const unheld: Rejection = { entity: "sample", key: ["7", "a, \\b"], version: nextVersion(), reason: "a \"zero\" date", change: null };
    const gone = { specimen_id: "8", part: "x", taken_on: "2026-01-01", note: null };
    const change = deleted(sample, gone);
    const removal: Rejection = { entity: "sample", key: change.key, version: change.version, reason: "why not", change };
    const rejections = [rejectionOf(nextId(), "ünfit"), unheld, removal];
    const before = Date.now();
    await bench().sink.deadLetters.park(rejections);

    const listed = await letters();
    expect(listed.map(({ parkedAt: _, ...rejection }) => rejection)).toEqual(expect.arrayContaining(rejections));
    for (const { parkedAt } of listed) expect(parkedAt >= before && parkedAt <= Date.now()).toBe(true);
    expect([listed.length, await count()]).toEqual([3, 3]);
  });

  test("a key has one letter, and the newest version wins in any order", async () => {
    const [early, late] = [nextId(), nextId()];
    const [v1, v2] = [nextVersion(), nextVersion()];
    await bench().sink.deadLetters.park([rejectionOf(early, "old", v1), rejectionOf(late, "new", v2)]);
    await bench().sink.deadLetters.park([rejectionOf(early, "new", v2), rejectionOf(late, "old", v1)]);
    const both = nextId();
    await bench().sink.deadLetters.park([rejectionOf(both, "new", v2), rejectionOf(both, "old", v1)]);
    const listed = await letters();
    expect(listed.map((letter) => letter.reason)).toEqual(["new", "new", "new"]);
    expect(new Set(listed.map((letter) => keyText(letter.key)))).toEqual(new Set([early, late, both]));
    expect(await count()).toBe(3);
  });

  test("the list is bounded and begins with the oldest", async () => {
    for (let i = 0; i < 5; i++) await bench().sink.deadLetters.park([rejectionOf(nextId(), `number ${i}`)]);
    const listed = await letters(3);
    const times = listed.map((letter) => letter.parkedAt);
    expect(listed).toHaveLength(3);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(await count()).toBe(5);
  });

  test("settling removes the letters named and no other", async () => {
    const [settled, kept] = [nextId(), nextId()];
    await bench().sink.deadLetters.park([rejectionOf(settled, "a"), rejectionOf(kept, "b")]);
    const version = nextVersion();
    await bench().sink.deadLetters.settle([
      { entity: "specimen", key: [settled], version }, { entity: "specimen", key: ["31337"], version },
    ]);
    expect((await letters()).map((letter) => letter.key)).toEqual([[kept]]);
    await bench().sink.deadLetters.settle([]);
    expect(await count()).toBe(1);
  });

  test("invariant 1: a letter parked for a newer change is not settled with the older one", async () => {
    const id = nextId();
    const [older, newer] = [rejectionOf(id, "older"), rejectionOf(id, "newer")];
    await bench().sink.deadLetters.park([newer]);
    await bench().sink.deadLetters.settle([older]);
    expect(await letters()).toMatchObject([newer]);
    await bench().sink.deadLetters.settle([newer]);
    expect(await count()).toBe(0);
  });

  test("a letter is found by its key, whole", async () => {
    const [first, second] = [rejectionOf(nextId(), "first"), rejectionOf(nextId(), "second")];
    await bench().sink.deadLetters.park([first, second]);
    await bench().settle();
    for (const { deadLetters } of [bench().sink, bench().store]) {
      expect(await deadLetters.of("specimen", [second.key, ["31337"], first.key])).toMatchObject([second, null, first]);
      expect(await deadLetters.of("sample", [first.key])).toEqual([null]);
      expect(await deadLetters.of("specimen", [])).toEqual([]);
    }
  });

  test("however many letters there are, each is listed once, settled by the newer change of its row, and swept with its "
    + "table", async () => {
    const { sink, store, settle } = bench();
    const limit = { rejections: 1e9, windowMs: 1 };
    const rejections = Array.from({ length: 10_500 }, () => ({
      entity: "crate",
      key: [nextId()],
      version: nextVersion(),
      reason: "many",
      change: null,
    }));
    for (let i = 0; i < rejections.length; i += 3_000) await sink.deadLetters.park(rejections.slice(i, i + 3_000));
    await settle();
    expect(await sink.deadLetters.count()).toBe(rejections.length);
    expect(await sink.deadLetters.list(rejections.length + 1)).toHaveLength(rejections.length);
    const keys = new Set<string>();
    for await (const some of store.deadLetters.all()) {
      expect(some.length).toBeLessThanOrEqual(5_000);
      for (const { key } of some) keys.add(keyText(key));
    }
    expect(keys.size).toBe(rejections.length);

    const box = await LetterBox.open(sink.name, sink.deadLetters, limit);
    const changed = rejections.slice(0, 5_500).map(({ key }) => deleted(crate, { crate_id: key[0]! }));
    for (let i = 0; i < changed.length; i += 2_000) await box.overtaken(changed.slice(i, i + 2_000));
    expect([box.count, await count()]).toEqual([5_000, 5_000]);
    const newer = { ...rejections.at(-1)!, version: nextVersion() };
    await box.park([newer]);
    await box.swept("crate", newer.version, everyKey);
    expect(await letters()).toMatchObject([newer]);
    expect(box.count).toBe(1);
  });

  test("letters survive reopening", async () => {
    const rejection = rejectionOf(nextId(), "stays");
    await bench().sink.deadLetters.park([rejection]);
    const again = await bench().reopen();
    await using sink = again.sink;
    await using _store = again.store;
    await bench().settle();
    expect(await sink.deadLetters.list(10)).toMatchObject([rejection]);
  });
}
