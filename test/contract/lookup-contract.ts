import { type Entity, type Lookup, type Row, entryOf } from "../../schema/entity.js";
import type { Value } from "../../schema/fields.js";
import { created, deleted, nextId, signal, updated } from "./changes.js";
import { sample, specimen, specimenRow } from "./entities.js";
import type { Bench } from "./store-contract.js";

const [byRank, bySeen, byWhole] = specimen.lookups as unknown as readonly [Lookup, Lookup, Lookup];

export function lookupContract(bench: () => Bench): void {
  const write = (...changes: ReturnType<typeof created>[]) => bench().writer.write(changes, signal);

  /** Every page from one end to the other, and the `more` of each. */
  async function walk(
    of: Entity, lookup: Lookup, by: Value, limit: number, backward: boolean,
  ): Promise<{ pages: Row[][]; more: boolean[] }> {
    const pages: Row[][] = [];
    const more: boolean[] = [];
    let from: readonly Value[] | null = null;
    do {
      const slice = await bench().store.rows!.list(of, lookup, by, { limit, from, backward });
      pages.push([...slice.rows]);
      more.push(slice.more);
      const edge = backward ? slice.rows[0] : slice.rows.at(-1);
      from = edge ? entryOf(of, lookup, edge) : from;
    } while (more.at(-1) && pages.length < 100);
    return { pages, more };
  }
  const idsIn = async (lookup: Lookup, by: Value) => {
    await bench().settle();
    return (await walk(specimen, lookup, by, 50, false)).pages.flat().map((row) => row.specimen_id);
  };
  const capable = (promise: string, body: () => Promise<void>) =>
    test(promise, async () => (bench().capabilities.rows ? body() : expect(bench().store.rows).toBeUndefined()));

  const orders: readonly (readonly [string, Lookup, (i: number) => Row])[] = [
    ["numbers, least first, with ties", byRank, (i) => ({ rank: [-5, -5, 0, 3, 3, 3, 10, 2000, -2147483648, 2147483647][i]! })],
    ["moments, newest first, with ties", bySeen, (i) => ({ seen_at: `20${10 + (i >> 1)}-01-01T00:00:00.00000${i >> 2}Z` })],
    ["64-bit numbers, greatest first, with ties", byWhole, (i) =>
      ({ whole: [
        "-9223372036854775808", "-10", "-9", "-9", "0", "9", "10", "9007199254740993", "9007199254740992", "9223372036854775807",
      ][i]! })],
  ];
  for (const [order, lookup, valuesOf] of orders) {
    capable(`pages visit every entry once, forward and backward, in the lookup's order: ${order}`, async () => {
      const shelf = nextId();
      const rows = Array.from({ length: 10 }, (_, i) => specimenRow(nextId(), { [lookup.by]: shelf, ...valuesOf(i) }));
      const others = rows.map((row) => ({ ...row, specimen_id: nextId(), [lookup.by]: nextId() }));
      await write(...[...rows.toReversed(), ...others].map((row) => created(specimen, row)));
      await bench().settle();

      const inOrder = rows.toSorted((a, b) => (lookup.direction === "asc" ? 1 : -1) *
        (compare(a[lookup.orderBy]!, b[lookup.orderBy]!) || compare(a.specimen_id!, b.specimen_id!)));
      for (const limit of [1, 3, 5, 9, 10, 11]) {
        const count = Math.ceil(10 / limit);
        const ends = Array.from({ length: count }, (_, i) => i < count - 1);
        const forward = await walk(specimen, lookup, shelf, limit, false);
        expect(forward.pages.flat()).toEqual(inOrder);
        expect(forward.more).toEqual(ends);
        const backward = await walk(specimen, lookup, shelf, limit, true);
        expect(backward.pages.toReversed().flat()).toEqual(inOrder);
        expect(backward.more).toEqual(ends);
      }
    });
  }

  capable("entries of a key of several fields, one of them what the lookup is by", async () => {
    const id = nextId();
    const rows = ["d", "c", "b", "a"].map((part, i) => ({ specimen_id: id, part, taken_on: `2026-01-0${1 + (i >> 1)}`, note: null }));
    await write(...rows.map((row) => created(sample, row)));
    await bench().settle();
    const lookup = sample.lookups[0]!;
    const forward = await walk(sample, lookup, id, 1, false);
    expect(forward.pages.flat().map((row) => row.part)).toEqual(["b", "a", "d", "c"]);
    expect((await walk(sample, lookup, id, 3, true)).pages.toReversed().flat()).toEqual(forward.pages.flat());
  });

  capable("the lookup of an unused value is empty, and so is that of null", async () => {
    await write(created(specimen, specimenRow(nextId())));
    await bench().settle();
    for (const by of [nextId(), null]) {
      expect(
        await bench().store.rows!.list(specimen, byRank, by, { limit: 5, from: null, backward: false }),
      ).toEqual({ rows: [], more: false });
    }
  });

  capable("a page goes on from an entry that is gone", async () => {
    const shelf_id = nextId();
    const rows = [1, 2, 3].map((rank) => specimenRow(nextId(), { shelf_id, rank }));
    await write(...rows.map((row) => created(specimen, row)));
    await write(deleted(specimen, rows[1]!));
    await bench().settle();
    const from = entryOf(specimen, byRank, rows[1]!);
    const list = (backward: boolean) => bench().store.rows!.list(specimen, byRank, shelf_id, { limit: 5, from, backward });
    expect(await list(false)).toEqual({ rows: [rows[2]], more: false });
    expect(await list(true)).toEqual({ rows: [rows[0]], more: false });
  });

  capable("a row that moves to another partition leaves no entry behind", async () => {
    const [a, b] = [nextId(), nextId()];
    const row = specimenRow(nextId(), { shelf_id: a });
    const moved = { ...row, shelf_id: b };
    await write(created(specimen, row));
    await write(updated(specimen, row, moved));
    expect([await idsIn(byRank, a), await idsIn(byRank, b)]).toEqual([[], [row.specimen_id]]);
    await write(updated(specimen, moved, row));
    expect([await idsIn(byRank, a), await idsIn(byRank, b)]).toEqual([[row.specimen_id], []]);
  });

  capable("a row whose order changes has one entry, at its new place", async () => {
    const shelf_id = nextId();
    const rows = [1, 2, 3].map((rank) => specimenRow(nextId(), { shelf_id, rank }));
    const moved: Row = { ...rows[0]!, rank: 9 };
    await write(...rows.map((row) => created(specimen, row)), updated(specimen, rows[0]!, moved));
    expect(await idsIn(byRank, shelf_id)).toEqual([rows[1], rows[2], moved].map((row) => row!.specimen_id));
  });

  capable("an entry shows the row as it is now, also in fields that do not place it", async () => {
    const row = specimenRow(nextId(), { shelf_id: nextId(), text: "before", maybe_text: "before" });
    const after = { ...row, text: "after", maybe_text: null };
    await write(created(specimen, row));
    await write(updated(specimen, row, after));
    await bench().settle();
    expect((await walk(specimen, byRank, row.shelf_id!, 5, false)).pages.flat()).toEqual([after]);
  });

  capable("a row is listed only while it references something", async () => {
    const shelf_id = nextId();
    const nowhere = specimenRow(nextId());
    const somewhere = { ...nowhere, shelf_id };
    await write(created(specimen, nowhere));
    expect(await idsIn(byRank, shelf_id)).toEqual([]);
    await write(updated(specimen, nowhere, somewhere));
    expect(await idsIn(byRank, shelf_id)).toEqual([nowhere.specimen_id]);
    await write(updated(specimen, somewhere, nowhere));
    expect(await idsIn(byRank, shelf_id)).toEqual([]);
  });

  capable("a deleted row is listed nowhere", async () => {
    const row = specimenRow(nextId(), { shelf_id: nextId(), former_shelf_id: nextId(), home_shelf_id: nextId() });
    await write(created(specimen, row));
    await write(deleted(specimen, row));
    for (const lookup of specimen.lookups) expect(await idsIn(lookup, row[lookup.by]!)).toEqual([]);
  });

  const most = 100;

  test("the rows that hold a value are found at once after they were written, and none that held it before", async () => {
    const { sink, writer } = bench();
    const [here, there] = [nextId(), nextId()];
    const rows: readonly Row[] = Array.from({ length: 4 }, (_, i) => ({ ...specimenRow(nextId()), shelf_id: i < 3 ? here : there }));
    const written = rows.map((row) => created(specimen, row));
    await writer.write(written, signal);
    await writer.write([updated(specimen, rows[0]!, { ...rows[0]!, shelf_id: null }), deleted(specimen, rows[1]!)], signal);
    expect(await sink.rowsHolding(specimen, ["shelf_id"], [[here]], most)).toEqual([{ row: rows[2], version: written[2]!.version }]);
    const both = await sink.rowsHolding(specimen, ["shelf_id"], [[here], [there], [nextId()]], most);
    expect(both?.map(({ row }) => row.specimen_id).sort()).toEqual([rows[2]!, rows[3]!].map((row) => row.specimen_id).sort());
    expect(await sink.rowsHolding(specimen, ["shelf_id"], [[here], [there]], 1)).toBeNull();
  });

  test("fields are compared together, and the key's own field finds rows too", async () => {
    const { sink, writer } = bench();
    const of = nextId();
    const row = (part: string) => ({ specimen_id: of, part, taken_on: "2026-02-28", note: null });
    await writer.write([row("a"), row("b")].map((each) => created(sample, each)), signal);
    const found = await sink.rowsHolding(sample, ["part", "specimen_id"], [["b", of], ["a", nextId()]], most);
    expect(found?.map((each) => each.row)).toEqual([row("b")]);
    expect(await sink.rowsHolding(sample, ["specimen_id"], [[of]], most)).toHaveLength(2);
  });
}

function compare(a: NonNullable<Value>, b: NonNullable<Value>): number {
  const whole = (v: Value) => typeof v === "number" || (typeof v === "string" && /^-?\d+$/.test(v));
  const [x, y] = whole(a) && whole(b) ? [BigInt(a), BigInt(b)] : [a, b];
  return x < y ? -1 : x > y ? 1 : 0;
}
