import fc from "fast-check";
import { ownPage, patience, type Walk } from "../../../gateway/rows/own-page.js";
import { entryOf, type Row } from "../../../schema/entity.js";
import type { Page, Slice } from "../../../stores/ports.js";
import { entity, int32, int64, reference } from "../../support/declare.js";

const shelf = { table: "shelf", key: ["id"] };
const item = entity("item", {
  description: "An item.", key: ["id"], owner: { kind: "field", field: "owner" },
  fields: {
    id: int64("public", "Id."), shelf_id: reference(shelf, "public", "Shelf."), owner: int64("public", "Owner."),
    rank: int32("public", "Rank."),
  },
  lookups: [{ name: "items", by: "shelf_id", orderBy: "rank", direction: "asc", description: "By rank." }],
});
const lookup = item.lookups[0]!;
const isOwn = (row: Row) => row.owner === "1";
const onShelf = (row: Row) => row.shelf_id === "1";
const place = (row: Row) => JSON.stringify(entryOf(item, lookup, row));

/** Rows already in the lookup's order, served as a store serves them; counts what is read. */
function shelfOf(rows: readonly Row[]) {
  const served = { steps: 0, rows: 0 };
  const list = async (page: Page): Promise<Slice> => {
    const at = page.from === null ? null : rows.findIndex((row) => place(row) === JSON.stringify(page.from));
    const rest = page.backward ? rows.slice(0, at ?? rows.length) : rows.slice((at ?? -1) + 1);
    const taken = page.backward ? rest.slice(-page.limit) : rest.slice(0, page.limit);
    served.steps++;
    served.rows += taken.length;
    return { rows: taken, more: rest.length > taken.length };
  };
  return { list, served };
}

const itemsOf = (flags: readonly (readonly [boolean, boolean])[]): Row[] =>
  flags.map(([own, here], i) => ({ id: String(i), shelf_id: here ? "1" : "2", owner: own ? "1" : "2", rank: i }));
const walksOver = (all: readonly Row[]): Walk[] => [
  { list: shelfOf(all.filter(onShelf)).list, keep: async (rows) => rows.filter(isOwn) },
  { list: shelfOf(all.filter(isOwn)).list, keep: async (rows) => rows.filter(onShelf) },
];

test("pages of own rows are the pages of the list that has nothing else, in both directions, however many walks", async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.tuple(fc.boolean(), fc.boolean()), { maxLength: 60 }), fc.nat(9), fc.boolean(), fc.integer({ min: 1, max: 2 }), fc.nat(60),
    async (flags, limit, backward, walks, start) => {
      const all = itemsOf(flags);
      const shown = all.filter((row) => isOwn(row) && onShelf(row));
      const from = shown.length > 0 && start < 40 ? shown[start % shown.length]! : null;
      const rest = from === null ? shown : backward ? shown.slice(0, shown.indexOf(from)) : shown.slice(shown.indexOf(from) + 1);
      const page = { limit, backward, from: from && entryOf(item, lookup, from) };
      expect(await ownPage(item, lookup, walksOver(all).slice(0, walks), page, patience())).toEqual({
        rows: backward ? rest.slice(Math.max(0, rest.length - limit)) : rest.slice(0, limit), more: rest.length > limit,
      });
    },
  ), { numRuns: 300 });
});

test("a partner is answered from its own rows, so that the time it takes shows nothing of other rows on the shelf", async () => {
  const all = itemsOf(Array.from({ length: 30_000 }, (_, i) => [i % 10_000 === 9_999, true] as const));
  const [crowded, own] = [shelfOf(all.filter(onShelf)), shelfOf(all.filter(isOwn))];
  const walks: Walk[] = [
    { list: own.list, keep: async (rows) => rows.filter(onShelf) }, { list: crowded.list, keep: async (rows) => rows.filter(isOwn) },
  ];
  expect(await ownPage(item, lookup, walks, { limit: 20, from: null, backward: false }, patience())).toEqual({
    rows: all.filter(isOwn), more: false,
  });
  expect([crowded.served.steps, own.served.steps]).toEqual([0, 1]);
});

test("a partner whose own rows are rarely on the shelf is answered from the shelf, once its own rows were too many", async () => {
  const all = itemsOf(Array.from({ length: 30_000 }, (_, i) => [true, i % 10_000 === 9_999] as const));
  const walks = walksOver(all);
  const page = { limit: 20, from: null, backward: false };
  expect(await ownPage(item, lookup, [walks[1]!, walks[0]!], page, patience())).toEqual({ rows: all.filter(onShelf), more: false });
});

test("the reads are bounded: a page that was given up has what was found, be it nothing, and more to come, never a false end", async () => {
  const sparse = (own: readonly number[]) => itemsOf(Array.from({ length: 30_000 }, (_, i) => [own.includes(i), true] as const));
  const only = (rows: readonly Row[]) => [{ list: shelfOf(rows).list, keep: async (some: readonly Row[]) => some.filter(isOwn) }];
  const page = { limit: 20, from: null, backward: false };
  const found = await ownPage(item, lookup, only(sparse([3, 29_999])), page, patience());
  expect([found.rows.map((row) => row.id), found.more]).toEqual([["3"], true]);
  expect(await ownPage(item, lookup, only(sparse([29_999])), page, patience())).toEqual({ rows: [], more: true });
});

test("all pages of an operation have one patience", async () => {
  const sparse = itemsOf(
    Array.from({ length: 30_000 }, (_, i) => [i === 1, true] as const),
  ), { list, served } = shelfOf(sparse), operation = patience(), all = operation.left;
  const walks: Walk[] = [{ list, keep: async (rows) => rows.filter(isOwn) }], page = { limit: 2, from: null, backward: false };
  for (let n = 0; n < 20; n++) expect(await ownPage(item, lookup, walks, page, operation)).toEqual({ rows: [sparse[1]], more: true });
  expect(served.steps).toBe(20 + all);
});
