import { catalog } from "../../../../schema/catalog.js";
import type { Row } from "../../../../schema/entity.js";
import { openSink, openStore } from "../../../../stores/elasticsearch/open.js";
import type { SearchTarget, Store, TableSink, Writer } from "../../../../stores/ports.js";
import { created } from "../../../contract/changes.js";
import { openTestStore, type TestStore } from "../test-store.js";
import { entity, int64, string } from "../../../support/declare.js";

const fields = { id: int64("public", "-"), title: string(80, "public", "-"), note: string(20_000, "personal", "-") };
const book = entity("book", { description: "-", key: ["id"], fields, owner: { kind: "everyone" }, search: ["id", "title", "note"] });
const film = entity("film", { description: "-", key: ["id"], fields, owner: { kind: "everyone" }, search: ["id", "title", "note"] });
const works = catalog([book, film]);
const signal = new AbortController().signal;
const row = (id: string, title: string, note: string): Row => ({ id, title, note });
const long = `${"Nothing happens here. ".repeat(100)}Then the heron returns. ${"Nothing happens again. ".repeat(100)}`;

let place: TestStore;
let sink: TableSink;
let writer: Writer;
let store: Store;
jest.setTimeout(60_000);
beforeAll(async () => {
  place = openTestStore();
  sink = await openSink(place.url);
  store = await openStore(place.url);
  writer = await sink.prepare(works);
  await writer.write([
    created(book, row("41", "Kestrel", "A kestrel in private")), created(film, row("42", "Kestrel", "A kestrel in public")),
    created(book, row("4711", "Number 52 of St. Mary's", "x")), created(film, row("43", "Heron", long)),
    created(book, row("52", "Lapwing", "y")), created(book, row("5200", "Plover", "z")),
  ], signal);
  await place.refresh();
});
afterAll(async () => {
  await sink[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

const target = (of: SearchTarget["entity"], ...names: string[]): SearchTarget => ({ entity: of, fields: names, scope: null });
const search = (text: string, ...targets: SearchTarget[]) => store.search!.search({ text, targets, limit: 10, after: null });

test("invariant 6: a field that is searched in one entity is not searched in another where it is not named", async () => {
  const { hits } = await search("kestrel", target(book, "title"), target(film, "note"));
  expect(hits.map(({ entity: of, highlights }) => [of.table, highlights]).toSorted()).toEqual([
    ["book", [{ field: "title", snippet: "<em>Kestrel</em>" }]],
    ["film", [{ field: "note", snippet: "A <em>kestrel</em> in public" }]],
  ]);
});

test("a number is found as it is, before those that only begin with it, and as a word in text", async () => {
  const { hits } = await search("52", target(book, "id", "title"));
  expect(hits.map(({ row: { id } }) => id)).toEqual(["52", "5200", "4711"]);
  expect(hits.map(({ highlights }) => highlights)).toEqual([
    [{ field: "id", snippet: "<em>52</em>" }], [{ field: "id", snippet: "<em>5200</em>" }],
    [{ field: "title", snippet: "Number <em>52</em> of St. Mary&#39;s" }],
  ]);
  expect((await search("99999999999999999999", target(book, "id"))).hits).toEqual([]);
  expect((await search("word", target(book, "id"))).hits).toEqual([]);
});

test("codes that differ in one character are different", async () => {
  expect((await search("53", target(book, "title"))).hits).toEqual([]);
});

test("a long text is cut to where the word is", async () => {
  const { hits } = await search("herom", target(film, "note"));
  expect(hits).toHaveLength(1);
  const { snippet } = hits[0]!.highlights[0]!;
  expect(snippet).toContain("Then the <em>heron</em> returns.");
  expect(snippet.length).toBeLessThan(400);
});
