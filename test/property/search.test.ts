import { rm, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { catalog } from "../../schema/catalog.js";
import type { Row } from "../../schema/entity.js";
import { openSink, openStore } from "../../stores/open.js";
import type { Store, TableSink, Writer } from "../../stores/ports.js";
import { isMeant, wordsOf } from "../../stores/text/query.js";
import { termsOf } from "../../stores/text/words.js";
import { created } from "../contract/changes.js";
import { oddTexts } from "../contract/odd-texts.js";
import { openTestStore, type TestStore } from "../stores/elasticsearch/test-store.js";
import { entity, int64, nullable, string } from "../support/declare.js";

jest.setTimeout(180_000);
const note = entity("note", {
  description: "-", key: ["id"], owner: { kind: "field", field: "owner" }, search: ["title", "body"],
  fields: {
    id: int64("public", "-"), owner: int64("public", "-"), title: string(400, "public", "-"), body: nullable(string(400, "personal", "-")),
  },
});
const notes = catalog([note]);
const signal = new AbortController().signal;

/** The words are few, so that texts and queries meet; each is odd in a way of its own. */
const fragments = [
  "heron", "herons", "hero", "Hèron", "heorn", "hexon", "ex", "Straße", "STRASSE", "strasze", "ΟΔΥΣΣΕΥΣ", "οδυσσεύς", "İstanbul",
  "ıstanbul", "蓝色设计手册", "设计", "手册", "한국어설계", "설계",
  "ผ้าไหมไทย", "ไทย", "カード", "ｶｰﾄﾞ", "🧶", "👨‍👩‍👧", "wild*", "wildflower", "<b>", "C++", "50%", "500", "a_b", "o'neil", "o’neil", "½",
  "ﬃ", "e\u0301te\u0301", "été", "ก็", "x".repeat(120), "y".repeat(99),
  "-", "\"", "OR", "NOT", "a:b", "\\", "*", "\u0301", "\u200d", "\ufeff", "ʼn", "№", "2026-01-05", "Łódź", "東京A4判",
];
const text = fc.array(fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...fragments) }, { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 6 }) },
), { maxLength: 5 })
  .chain((parts) => fc.constantFrom(" ", " ", "", "-").map((between) => parts.join(between)));

let folder: string, place: TestStore;
let opened: { readonly sink: TableSink; readonly writer: Writer; readonly store: Store }[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-search-"));
  place = openTestStore();
  opened = await Promise.all([
    new URL(`sqlite://${folder}/store.db`), place.url,
  ].map(async (url) => {
    const sink = await openSink(url);
    return { sink, writer: await sink.prepare(notes), store: await openStore(url) };
  }));
});
afterAll(async () => {
  for (const { sink, store } of opened ?? []) {
    await store[Symbol.asyncDispose]();
    await sink[Symbol.asyncDispose]();
  }
  await place?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** The ids that a search must find, in order, by looking at each row. */
function expected(rows: readonly Row[], query: string, fields: readonly string[], owner: string | null): readonly unknown[] {
  const words = wordsOf(query);
  if (words.length === 0) return [];
  const places = rows.filter((row) => owner === null || row.owner === owner).flatMap((row) => {
    const texts = fields.flatMap((name) => row[name] as string | null ?? []);
    const terms = texts.flatMap(termsOf);
    const tier = [false, true].findIndex((forgiven) => words.every((word) => terms.some((term) => isMeant(word, term, forgiven))));
    return tier < 0 ? [] : [{ tier, length: texts.reduce((sum, found) => sum + [...found].length, 0), id: row.id }];
  });
  return places.toSorted((a, b) => a.tier - b.tier || a.length - b.length || Number(a.id) - Number(b.id)).map(({ id }) => id);
}

test("both stores find the same rows, in the same order and with the same highlights, whatever the texts and queries are", async () => {
  const rows: Row[] = fc.sample(fc.tuple(text, fc.option(text)), { numRuns: 250, seed: 11 })
    .map(([title, body], i) => ({ id: String(i + 1), owner: String(i % 3), title, body }));
  const lone = /\p{Surrogate}/u;
  const kept = rows.filter(({ title, body }) => !lone.test(`${title as string}${body as string}`)
    && !`${title as string}${body as string}`.includes("\0"));
  for (const { writer } of opened) expect(await writer.write(kept.map((row) => created(note, row)), signal)).toEqual([]);
  await place.refresh();

  let found = 0;
  const queries = fc.sample(
    fc.tuple(text, fc.constantFrom(["title"], ["body"], ["title", "body"]), fc.constantFrom(null, "0", "1")), { numRuns: 200, seed: 12 },
  );
  const cases: readonly (readonly [string, readonly string[], string | null])[] = [
    ...queries, ...oddTexts.map((odd) => [odd, ["title", "body"], null] as const),
    ...fragments.map((odd) => [odd, ["title", "body"], null] as const),
  ];
  for (const [query, fields, owner] of cases) {
    const targets = [{ entity: note, fields, scope: owner === null ? null : { field: "owner", value: owner } }];
    const answers = await Promise.all(opened.map(async ({ store }) => (await store.search!.search({
      text: query, targets, limit: 1_000, after: null,
    })).hits
      .map(({ row, score, highlights, cursor }) => ({ row, score, highlights, cursor }))));
    expect([query, answers[1]]).toEqual([query, answers[0]]);
    const wanted = expected(kept, query, fields, owner);
    expect([query, answers[0]!.map(({ row }) => row.id)]).toEqual([query, wanted]);
    for (const { highlights } of answers[0]!) expect([
      query, highlights.every(({ field }) => fields.includes(field)), highlights.length > 0,
    ]).toEqual([query, true, true]);
    found += answers[0]!.length;
  }
  expect(found).toBeGreaterThan(1_000);
});
