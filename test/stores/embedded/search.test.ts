import { openWriter } from "../../../stores/embedded/connection.js";
import { openSink, openStore } from "../../../stores/embedded/open.js";
import { matching } from "../../../stores/embedded/search.js";
import { wordsOf } from "../../../stores/embedded/search-words.js";
import { targetOf } from "../../../stores/embedded/targets.js";
import { isOneErrorApart, neighboursFor } from "../../../stores/embedded/variants.js";
import type { SearchSlice } from "../../../stores/ports.js";
import { created, nextId, signal } from "../../contract/changes.js";
import { contractCatalog, sample } from "../../contract/entities.js";
import { place } from "./place.js";

test("what is found as typed stands before what was forgiven, also across pages", async () => {
  await using at = await place();
  await using sink = await openSink(at.url, contractCatalog);
  await using store = await openStore(at.url, contractCatalog);
  await sink.prepare(contractCatalog.entities);
  const notes = [...Array.from({ length: 5 }, (_, i) => `lantern ${"word ".repeat(i)}`), "lanterns", "lantera", "lanern", "lantren", "unrelated"];
  await sink.write(notes.map((note) => created(sample, { specimen_id: nextId(), part: "p", taken_on: "2026-01-01", note })), signal);

  const query = { text: "lantern word", targets: [{ entity: sample, fields: ["note"], scope: null }] };
  const pages = async (text: string, limit: number) => {
    const found: string[] = [];
    let after: string | null = null;
    for (let more = true; more;) {
      const slice = await store.search!.search({ ...query, text, limit, after });
      found.push(...slice.hits.map(({ row }) => row.note as string));
      expect(slice.hits.map((hit) => hit.score)).toEqual(slice.hits.map((hit) => hit.score).toSorted((a, b) => b - a));
      ({ more } = slice);
      after = slice.hits.at(-1)?.cursor ?? null;
    }
    return found;
  };
  const all = await pages("lantern", 50);
  expect(new Set(all.slice(0, 6))).toEqual(new Set(notes.slice(0, 6)));
  expect(new Set(all.slice(6))).toEqual(new Set(["lantera", "lanern", "lantren"]));
  for (const limit of [1, 2, 4, 6]) expect(await pages("lantern", limit)).toEqual(all);

  // Two targets that weigh the same: the cursor tells them apart.
  const both: string[] = [];
  for (let after: string | null = null, more = true; more;) {
    const slice: SearchSlice = await store.search!.search({ ...query, text: "lantern", targets: [...query.targets, ...query.targets], limit: 1, after });
    both.push(...slice.hits.map(({ row }) => row.note as string));
    [after, more] = [slice.hits.at(-1)?.cursor ?? null, slice.more];
  }
  expect(both.toSorted()).toEqual([...all, ...all].toSorted());
  await expect(store.search!.search({ ...query, limit: 5, after: "made up" })).rejects.toThrow(RangeError);
});

test("invariant 6: no score tells of a text that is not searched, nor of rows outside the scope", async () => {
  await using at = await place();
  await using sink = await openSink(at.url, contractCatalog);
  await using store = await openStore(at.url, contractCatalog);
  await sink.prepare(contractCatalog.entities);
  const [one, other] = [nextId(), nextId()];
  const put = (specimen_id: string, part: string, note: string | null) => sink.write([created(sample, { specimen_id, part, taken_on: "2026-01-01", note })], signal);
  const scores = async (fields: readonly string[], scope: string | null) => {
    const targets = [{ entity: sample, fields, scope: scope === null ? null : { field: "specimen_id", value: scope } }];
    return (await store.search!.search({ text: "reed", targets, limit: 9, after: null })).hits.map(({ score, row }) => [row.part, score]);
  };
  await put(one, "reed one", null);
  await put(one, "reed two", "a long note that only few may read");
  const [[, first], [, second]] = await scores(["part"], null) as [[string, number], [string, number]];
  expect(second).toBe(first);

  const before = await scores(["part", "note"], one);
  await put(other, "reed of somebody else", "reed");
  expect(await scores(["part", "note"], one)).toEqual(before);
  expect(before.map(([part]) => part)).toEqual(["reed one", "reed two"]);
});

test("a search within a scope looks the words up once, not once for each row in it", async () => {
  await using at = await place();
  using db = openWriter(at.file);
  await using sink = await openSink(at.url, contractCatalog);
  await sink.prepare(contractCatalog.entities);
  const target = targetOf({ entity: sample, fields: ["part"], scope: { field: "specimen_id", value: "1" } })!;
  const plan = db.statement(`EXPLAIN QUERY PLAN ${matching(target, false)}`).all(["reed", ...target.scope!.values]).map((step) => step.at(-1));
  expect(plan).toEqual([expect.stringMatching(/^SCAN sluice_search_sample VIRTUAL TABLE/), expect.stringMatching(/^SEARCH sample USING INTEGER PRIMARY KEY/)]);
});

test("the words of one search share what is looked through for their errors", () => {
  expect([1, 8, 32 * 8].map(neighboursFor)).toEqual([50_000, 50_000, 1_562]);
});

test("a text of too many words is found nowhere rather than by some of them", () => {
  expect(wordsOf(Array.from({ length: 32 }, (_, i) => `w${i}`).join(" "))).toHaveLength(32);
  expect(wordsOf(Array.from({ length: 33 }, (_, i) => `w${i}`).join(" "))).toBeNull();
  expect(wordsOf("a ".repeat(1000))).toEqual([{ text: "a", prefix: false }, { text: "a", prefix: true }]);
});

test.each<[string, string, boolean]>([
  ["cat", "cat", false], ["cat", "cut", true], ["cat", "ca", true], ["cat", "cats", true], ["cat", "act", true], ["cat", "chat", true],
  ["cat", "dog", false], ["cat", "cuts", false], ["abcd", "badc", false], ["\u{1f9f6}a", "a", true], ["", "a", true], ["ab", "ba", true], ["abc", "cba", false],
])("%s and %s are one typing error apart: %s", (a, b, apart) => {
  expect([isOneErrorApart(a, b), isOneErrorApart(b, a)]).toEqual([apart, apart]);
});
