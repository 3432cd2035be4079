import fc from "fast-check";
import { type Row, keyOf } from "../../../../schema/entity.js";
import type { FieldKind, Value } from "../../../../schema/fields.js";
import { kinds } from "../../../../schema/kinds/kinds.js";
import { Unheld } from "../../../../schema/unheld.js";
import { openSink, openStore } from "../../../../stores/cassandra/open.js";
import { bigintBytes } from "../../../../stores/cassandra/values/codec.js";
import { heldAs } from "../../../../stores/cassandra/values/kinds.js";
import { created, nextId, signal } from "../../../contract/changes.js";
import { catalogWith, drawer, specimen, specimenRow } from "../../../contract/entities.js";
import { type FreshKeyspace, freshKeyspace } from "../fresh-keyspace.js";

jest.setTimeout(120_000);

const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -300n, max: 300n }), nearPowers(63),
).map(String);
const int32 = fc.oneof(fc.integer(), fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, 0, 255, 256, -129));
const text = fc.string({ unit: "binary", maxLength: 60 });
const day = fc.integer({
  min: dayOf("0001-01-01"), max: dayOf("9999-12-31"),
}).map((n) => new Date(n * 86_400_000).toISOString().slice(0, 10));
const moment = fc.tuple(day, fc.nat(86_399), fc.nat(999_999)).map(([date, second, micros]) =>
  `${date}T${new Date(second * 1000).toISOString().slice(11, 19)}.${String(micros).padStart(6, "0")}Z`);

function nearPowers(most: number): fc.Arbitrary<bigint> {
  return fc.tuple(fc.integer({ min: 0, max: most - 1 }), fc.constantFrom(-1n, 0n, 1n), fc.boolean())
    .map(([power, off, negative]) => (negative ? -(2n ** BigInt(power)) : 2n ** BigInt(power)) + off).filter((n) =>
      n < 2n ** 63n && n >= -(2n ** 63n));
}

function dayOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / 86_400_000;
}

function decimal(precision: number, scale: number): fc.Arbitrary<string> {
  const most = 10n ** BigInt(precision) - 1n;
  return fc.oneof(
    fc.bigInt({ min: -most, max: most }), fc.bigInt({ min: -1000n, max: 1000n }), nearPowers(63).filter((n) => n <= most && n >= -most),
  ).map((unscaled) => {
    const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
    return `${unscaled < 0n ? "-" : ""}${scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`}`;
  });
}

const rowValues: fc.Arbitrary<Row> = fc.record<Row>({
  whole: int64, rank: int32, amount: decimal(65, 30), wide: decimal(20, 0), text, flag: fc.boolean(), day, seen_at: moment,
  maybe_whole: fc.option(int64), maybe_rank: fc.option(int32), maybe_amount: fc.option(decimal(10, 2)), maybe_text: fc.option(text),
  maybe_flag: fc.option(fc.boolean()), maybe_day: fc.option(day), maybe_seen_at: fc.option(moment), shelf_id: fc.option(int64),
});

describe("values in Cassandra", () => {
  let keyspace: FreshKeyspace;
  beforeAll(async () => { keyspace = await freshKeyspace(); });
  afterAll(async () => keyspace[Symbol.asyncDispose]());

  test("invariant 9: what is accepted reads back the same, and the server reads the same in it", async () => {
    await using sink = await openSink(keyspace.url);
    await using store = await openStore(keyspace.url);
    const writer = await sink.prepare(catalogWith(drawer));

    await fc.assert(fc.asyncProperty(fc.array(rowValues, { minLength: 20, maxLength: 60 }), async (values) => {
      const rows = values.map((each) => specimenRow(nextId(), each));
      expect(await writer.write(rows.map((row) => created(specimen, row)), signal)).toEqual([]);
      expect(await store.rows!.get(specimen, rows.map((row) => keyOf(specimen, row)))).toEqual(rows);

      const [first] = rows as [Row];
      const {
        rows: [seen],
      } = await keyspace.session.execute(
        `SELECT cast(whole AS text) AS whole, cast(rank AS text) AS rank, cast(day AS text) AS day, cast(amount AS text) AS amount,
          cast(wide AS text) AS wide
         FROM specimen WHERE specimen_id = ?`,
        [BigInt(first.specimen_id as string)],
      );
      expect([seen?.whole, seen?.rank, seen?.day, seen?.wide]).toEqual([first.whole, String(first.rank), first.day, first.wide]);
      expect(plain(seen?.amount as string)).toBe(first.amount);
    }), { numRuns: 25 });
  });
});

test.each<[FieldKind, readonly unknown[]]>([
  ["int64", [
    "9223372036854775808", "-9223372036854775809", "99999999999999999999", "007", "+1", "-0", "1.0", "1e3", "", " 1", "0x10", 5, true,
    undefined,
  ]],
  ["int32", [2147483648, -2147483649, 1.5, Number.NaN, Infinity, -0, "1", true, undefined]],
  ["decimal", ["1", "1.2", "1.234", ".25", "01.25", "-0.00", "+1.25", "1e2", "1,25", "", "NaN", 1.25, undefined]],
  ["string", ["\ud800", "a\udc00b", "\udc00\ud800", 5, undefined]],
  ["choice", ["\ud800", 5, undefined]],
  ["boolean", [0, 1, "true", undefined]],
  ["date", [
    "2026-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "0000-00-00", "2026-1-1", "2026-01-01T00:00:00Z", "12026-01-01",
    "", 5, undefined,
  ]],
  ["timestamp", [
    "2026-02-30T00:00:00.000000Z", "2026-01-01T24:00:00.000000Z", "2026-01-01T00:60:00.000000Z", "2026-01-01T00:00:60.000000Z",
    "0000-00-00T00:00:00.000000Z",
    "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000000", "2026-01-01 00:00:00.000000Z", "2026-01-01T00:00:00.000000+01:00", 5,
    undefined,
  ]],
  ["uint64", ["-1", "18446744073709551616", "007", "1.0", "", 5, undefined]],
  ["float", [0.10000000149011612, 3.5e38, Number.NaN, Infinity, -0, "0.1", undefined]],
  ["double", [Number.NaN, -Infinity, -0, "0.1", undefined]],
  ["bits", ["101", "01010", "0102", "", 5, undefined]],
  ["bytes", ["0", "0F", "0g", "00".repeat(17), 5, undefined]],
  ["uuid", ["6ccd780c-baba-1026-9564-5b8c656024dB", "6ccd780cbaba102695645b8c656024db", "", undefined]],
  ["time", [
    "1:00:00.000000", "12:60:00.000000", "12:00:60.000000", "839:00:00.000000", "838:59:59.000001", "12:00:00",
    "-00:00:00.000000", 5,
  ]],
  ["datetime", ["2026-02-30T00:00:00.000000", "2026-01-01 00:00:00.000000", "2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:00", 5]],
  ["set", ["c,a", "a,a", "d", "a,", ",", 5, undefined]],
  ["geometry", ["00", "zz", 5, undefined]],
  ["vector", ["", "0000", "00000000".repeat(4), 5, undefined]],
])("invariant 9: %s refuses what would read back as something else", (kind, values) => {
  const { encode } = heldAs(kinds[kind].type);
  for (const value of values) expect(() => encode(value as Value)).toThrow(Unheld);
});

test("versions keep all 53 bits", () => {
  fc.assert(fc.property(fc.maxSafeInteger(), (n) => expect(bigintBytes(n).readBigInt64BE()).toBe(BigInt(n))));
});

/** Java's text of a decimal has an exponent when the number is small. */
function plain(java: string): string {
  const [digits = "", exponent = "0"] = java.split("E");
  const negative = digits.startsWith("-");
  const [whole = "", fraction = ""] = digits.replace("-", "").split(".");
  const scale = fraction.length - Number(exponent);
  const all = (whole + fraction).padStart(scale + 1, "0");
  return `${negative ? "-" : ""}${all.slice(0, all.length - scale).replace(/^0+(?=\d)/, "")}.${all.slice(all.length - scale)}`;
}
