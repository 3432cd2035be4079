import { openReader } from "../../../../stores/embedded/file/file.js";
import { openSink, openStore } from "../../../../stores/embedded/open.js";
import { queryOf } from "../../../../stores/embedded/search/targets.js";
import { variantsOf } from "../../../../stores/embedded/search/variants.js";
import type { SearchSlice } from "../../../../stores/ports.js";
import { isOneErrorApart } from "../../../../stores/text/spelling.js";
import { created, nextId, signal } from "../../../contract/changes.js";
import { contractCatalog, sample } from "../../../contract/entities.js";
import { place } from "../test-store.js";

const noted = (note: string) => created(sample, { specimen_id: nextId(), part: "p", taken_on: "2026-01-01", note });

test("hits as typed stand before forgiven ones, also across pages", async () => {
  await using at = await place();
  await using sink = await openSink(at.url);
  await using store = await openStore(at.url);
  const writer = await sink.prepare(contractCatalog);
  const notes = [
    ...Array.from({ length: 5 }, (_, i) => `lantern ${"word ".repeat(i)}`), "lanterns", "lantera", "lanern", "lantren", "unrelated",
  ];
  await writer.write(notes.map(noted), signal);

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

  // Two targets have equal weight; the cursor tells them apart.
  const both: string[] = [];
  for (let after: string | null = null, more = true; more;) {
    const slice: SearchSlice = await store.search!.search({
      ...query, text: "lantern", targets: [...query.targets, ...query.targets], limit: 1, after,
    });
    both.push(...slice.hits.map(({ row }) => row.note as string));
    [after, more] = [slice.hits.at(-1)?.cursor ?? null, slice.more];
  }
  expect(both.toSorted()).toEqual([...all, ...all].toSorted());
});

test("a search within a scope looks the words up once, not once for each row in it", async () => {
  await using at = await place();
  await using sink = await openSink(at.url);
  await sink.prepare(contractCatalog);
  using db = openReader(at.file);
  const { sql, values } = queryOf(
    { entity: sample, fields: ["part"], scope: { field: "specimen_id", value: "1" }, number: 0 }, { after: null, limit: 5 },
  )!;
  const plan = db.statement(`EXPLAIN QUERY PLAN ${sql}`).all(["reed", ...values]).map((step) => step.at(-1));
  expect(plan.slice(0, 2)).toEqual([
    expect.stringMatching(/^SCAN sluice_search_2_sample VIRTUAL TABLE/), expect.stringMatching(/^SEARCH sample USING INTEGER PRIMARY KEY/),
  ]);
});

test("every term one error away is found by looking up only possible ones", async () => {
  await using at = await place();
  await using sink = await openSink(at.url);
  const writer = await sink.prepare(contractCatalog);
  const terms = [
    "heron", "herons", "hero", "hron", "heorn", "hexon", "héron", "he\u{1f9f6}ron", "eron", "xheron", "heroness", "herxno", "hreon", "zzz",
    "heronж", "heжon",
  ];
  await writer.write(terms.map(noted), signal);
  using db = openReader(at.file);
  const folded = terms.map((term) => (term === "héron" ? "heron" : term));
  for (const word of ["heron", "hero", "zz", "herons", "heжon"]) {
    const wanted = new Set(
      folded.filter((term) => term[0] === word[0] && !/\p{Extended_Pictographic}/u.test(term) && isOneErrorApart(word, term)),
    );
    expect([word, new Set(variantsOf(db, '"sluice_terms_2_sample"', word))]).toEqual([word, wanted]);
  }
});

test.each<[string, string, boolean]>([
  ["cat", "cat", false], ["cat", "cut", true], ["cat", "ca", true], ["cat", "cats", true], ["cat", "act", true], ["cat", "chat", true],
  ["cat", "dog", false], ["cat", "cuts", false], ["abcd", "badc", false], ["\u{1f9f6}a", "a", true], ["", "a", true], ["ab", "ba", true],
  ["abc", "cba", false],
])("%s and %s are one typing error apart: %s", (a, b, apart) => {
  expect([isOneErrorApart(a, b), isOneErrorApart(b, a)]).toEqual([apart, apart]);
});
