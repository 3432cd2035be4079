import fc from "fast-check";
import { type Key, type Row, keyOf } from "../../schema/entity.js";
import { created, deleted, historyOf, nextId, nextVersion, rowOf, rowsOf, signal, updated } from "./changes.js";
import { sample, specimen, specimenRow } from "./entities.js";
import { arrivals, statesOf } from "./histories.js";
import type { Bench } from "./store-contract.js";

const long = "语言".repeat(2000);

/** Values at the ends of what each kind of field can hold. */
const extremes: readonly (readonly [string, Row])[] = [
  ["nothing where nothing may be", {}],
  ["the least of each kind", {
    whole: "-9223372036854775808", maybe_whole: "-9223372036854775808", rank: -2147483648, maybe_rank: -2147483648,
    amount: "-99999999999999999999999999999999999.999999999999999999999999999999", wide: "0", maybe_amount: "-99999999.99",
    text: "", maybe_text: "", flag: false, maybe_flag: false, day: "1000-01-01", maybe_day: "1000-01-01",
    seen_at: "1000-01-01T00:00:00.000000Z", maybe_seen_at: "1000-01-01T00:00:00.000000Z",
  }],
  ["the greatest of each kind", {
    shelf_id: "9223372036854775807", whole: "9223372036854775807", maybe_whole: "9223372036854775807", rank: 2147483647,
    maybe_rank: 2147483647, amount: "99999999999999999999999999999999999.999999999999999999999999999999",
    wide: "18446744073709551615", maybe_amount: "99999999.99", text: long, flag: true, maybe_flag: true, day: "9999-12-31",
    maybe_day: "9999-12-31", seen_at: "9999-12-31T23:59:59.999999Z", maybe_seen_at: "9999-12-31T23:59:59.999999Z", maybe_kind: "NO",
  }],
  ["numbers beyond 2^53 and below one", {
    whole: "9007199254740993", maybe_whole: "-9007199254740993", amount: "0.000000000000000000000000000001", maybe_amount: "0.00",
    wide: "9007199254740993",
  }],
  ["single microseconds on both sides of 1970", { seen_at: "1969-12-31T23:59:59.999999Z", maybe_seen_at: "2026-02-28T09:30:00.000001Z" }],
  ["text of every sort", {
    text: "Ünïcødé 東京 \u{1f9f6}\u200d \"q\" 'a' \\ % _ ; -- </b> \t\r\n a\u0000b", maybe_text: " leading and trailing ", kind: "a, 'b'",
  }],
];

export function rowContract(bench: () => Bench): void {
  const write = (...changes: ReturnType<typeof created>[]) => bench().writer.write(changes, signal);
  const read = async (id: string) => {
    await bench().settle();
    return rowOf(bench().store, specimen, [id]);
  };

  test.each(extremes)("a written row reads back value for value: %s", async (_, values) => {
    const row = specimenRow(nextId(), values);
    expect(await write(created(specimen, row))).toEqual([]);
    expect(await read(row.specimen_id as string)).toEqual(row);
  });

  test.each(["9223372036854775807", "-9223372036854775808", "0"])("a key may be %s", async (id) => {
    const row = specimenRow(id, { text: `key ${id}` });
    expect(await write(created(specimen, row))).toEqual([]);
    expect(await read(id)).toEqual(row);
  });

  test("a row that the snapshot found reads back like one that was streamed", async () => {
    const row = specimenRow(nextId(), { text: "copied" });
    await write({ ...created(specimen, row), op: "read" });
    expect(await read(row.specimen_id as string)).toEqual(row);
  });

  test("keys of several fields are told apart, whatever their text", async () => {
    const id = nextId();
    const rows = ["a", "b", "a,b", "a\\", ",", "Ä", "A", " a"].map((part, i) =>
      ({ specimen_id: id, part, taken_on: "2026-01-01", note: `piece ${i}` }));
    await write(...rows.map((row) => created(sample, row)));
    await bench().settle();
    expect(await rowsOf(bench().store, sample, rows.map((row) => keyOf(sample, row)))).toEqual(rows);
  });

  test("get keeps the order of its keys, with null for what is missing and repeats for repeats", async () => {
    const rows = Array.from({ length: 40 }, () => specimenRow(nextId()));
    await write(...rows.map((row) => created(specimen, row)));
    await bench().settle();
    const wanted = [...rows, ...rows.slice(0, 3), null].reverse();
    const keys: Key[] = wanted.map((row) => [row ? row.specimen_id as string : "424242424242"]);
    expect(await rowsOf(bench().store, specimen, keys)).toEqual(wanted);
    expect(await rowsOf(bench().store, specimen, [])).toEqual([]);
  });

  test("invariant 3: writing twice changes nothing", async () => {
    const before = specimenRow(nextId(), { text: "first", rank: 1 });
    const after = { ...before, text: "second", rank: 2 };
    const changes = [created(specimen, before), updated(specimen, before, after)];
    for (let i = 0; i < 3; i++) expect(await write(...changes)).toEqual([]);
    expect(await read(before.specimen_id as string)).toEqual(after);
  });

  test("invariant 4: an older version never overwrites a newer one, in one batch or across batches", async () => {
    for (const together of [true, false]) {
      const old = specimenRow(nextId(), { text: "old", maybe_text: "old" });
      const young = { ...old, text: "young", maybe_text: null };
      const [first, second] = historyOf(specimen, [old, young]) as [ReturnType<typeof created>, ReturnType<typeof created>];
      if (together) await write(second, first);
      else {
        await write(second);
        await write(first);
      }
      expect(await read(old.specimen_id as string)).toEqual(young);
    }
  });

  test("invariant 4: a write that comes after the delete it preceded does not bring the row back", async () => {
    for (const together of [true, false]) {
      const row = specimenRow(nextId(), { text: "gone" });
      const [create, remove] = historyOf(specimen, [row, null]) as [ReturnType<typeof created>, ReturnType<typeof created>];
      if (together) await write(remove, create);
      else {
        await write(remove);
        await bench().settle();
        await write(create);
      }
      expect(await read(row.specimen_id as string)).toBeNull();
    }
  });

  test("a row created again after its delete is there", async () => {
    const row = specimenRow(nextId(), { text: "first life", maybe_text: "x" });
    const again = specimenRow(row.specimen_id as string, { text: "second life" });
    const history = historyOf(specimen, [row, null, again]);
    await write(...history);
    expect(await read(row.specimen_id as string)).toEqual(again);
    await write(...history.toReversed());
    expect(await read(row.specimen_id as string)).toEqual(again);
  });

  test("deleting what was never there is no error", async () => {
    expect(await write(deleted(specimen, specimenRow(nextId())))).toEqual([]);
  });

  test("invariant 9: what cannot be held exactly is rejected with the reason, and the rest of its batch is written", async () => {
    const good = specimenRow(nextId());
    const bad = specimenRow(nextId(), { whole: "9223372036854775808" });
    const version = nextVersion();
    const rejections = await write(created(specimen, bad, version), created(specimen, good));
    expect(await read(good.specimen_id as string)).toEqual(good);
    if (rejections.length === 0) expect(await read(bad.specimen_id as string)).toEqual(bad);
    else {
      expect(rejections).toMatchObject([{ entity: "specimen", key: [bad.specimen_id], version, change: { after: bad } }]);
      expect(rejections[0]?.reason).toMatch(/\S/);
      expect(await read(bad.specimen_id as string)).toBeNull();
    }
  });

  test("invariants 3 and 4: any order and repetition of any histories ends the same", async () => {
    await fc.assert(fc.asyncProperty(fc.array(
      statesOf(), { minLength: 1, maxLength: 4 },
    ), fc.infiniteStream(fc.nat()), async (lives, dice) => {
      const shelves = [nextId(), nextId(), nextId()];
      const histories = lives.map((life) => {
        const id = nextId();
        return historyOf(specimen, life.map((state) => state && specimenRow(id, {
          text: state.text, rank: state.rank, maybe_text: state.maybe, shelf_id: state.shelf === null ? null : shelves[state.shelf]!,
        })));
      });
      for (const batch of arrivals(histories.flat(), dice)) expect(await bench().writer.write(batch, signal)).toEqual([]);
      await bench().settle();

      const last = histories.map((history) => history.at(-1)).filter((change) => change !== undefined);
      expect(await rowsOf(bench().store, specimen, last.map((change) => change.key))).toEqual(last.map((change) => change.after));
      if (!bench().store.rows) return;
      for (const shelf of shelves) {
        const { rows } = await bench().store.rows!.list(specimen, specimen.lookups[0]!, shelf, { limit: 100, from: null, backward: false });
        const wanted = last.map((change) => change.after).filter((row): row is Row => row?.shelf_id === shelf);
        expect(rows).toEqual(wanted.toSorted((a, b) => Number(a.rank) - Number(b.rank) || Number(a.specimen_id) - Number(b.specimen_id)));
      }
    }), { numRuns: 40 });
  });
}
