import fc from "fast-check";
import type { Key, Row } from "../../../schema/entity.js";
import { Checksums, digestOf } from "../../../sync/verify/comparing/section-checksums.js";
import { mostSections, Sections } from "../../../sync/verify/comparing/sections.js";
import { entity, int64, string } from "../../support/declare.js";

const of = (key: readonly ("id" | "part" | "name")[]) => entity("thing", {
  description: "A thing.", key, owner: { kind: "everyone" },
  fields: { id: int64("public", "Key."), part: int64("public", "Key."), name: string(9, "public", "Name.") },
});
const numbers = fc.uniqueArray(
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), { maxLength: 60 },
).map((ids) => ids.sort((a, b) => (a < b ? -1 : 1)).map(String));
const chunked = <T>(
  of_: readonly T[], size: number,
) => Array.from({ length: Math.ceil(of_.length / size) }, (_, i) => of_.slice(i * size, (i + 1) * size));

test("sections follow the key's order, each begins after the last key of the one before, and every key has one", () => {
  fc.assert(fc.property(numbers, fc.integer({ min: 1, max: 7 }), fc.bigInt(-(2n ** 64n), 2n ** 64n), (ids, size, other) => {
    const sections = new Sections(of(["id"]));
    const chunks = chunked(ids, size);
    for (const chunk of chunks) sections.next([chunk.at(-1)!]);
    chunks.forEach((chunk, i) => {
      for (const id of chunk) expect(sections.of([id])).toBe(i);
      expect(sections.beginsAfter(i)).toEqual(i === 0 ? null : [chunks[i - 1]!.at(-1)]);
    });
    const notBeyond = chunks.slice(0, -1).findIndex((chunk) => other <= BigInt(chunk.at(-1)!));
    expect(sections.of([String(other)])).toBe(notBeyond < 0 ? Math.max(0, chunks.length - 1) : notBeyond);
    expect(sections.of(["no key of ours"])).toBe(0);
  }));
});

test("rows with the same first part of a key are not divided where the order of the rest is not known", () => {
  const sections = new Sections(of(["id", "name"]));
  for (const last of [["1", "b"], ["1", "é"], ["2", "a"]] as Key[]) sections.next(last);
  expect([["1", "a"], ["1", "z"], ["2", "A"], ["3", ""]].map((key) => sections.of(key))).toEqual([0, 0, 1, 1]);
  const one = new Sections(of(["name"]));
  for (const last of ["a", "b"]) one.next([last]);
  expect([one.of(["a"]), one.of(["c"]), one.beginsAfter(0)]).toEqual([0, 0, null]);
});

test("however large the table, the number of sections is bounded, and checksums follow when two become one", () => {
  const [sections, sums, all] = [new Sections(of(["id"])), new Checksums(), new Checksums()];
  const rows = Array.from({ length: mostSections + 100 }, (_, i): Row => ({ id: String(i), part: "0", name: "n" }));
  for (const row of rows) {
    if (sections.next([row.id as string])) sums.halve();
    sums.add(sections.of([row.id as string]), digestOf(["id"], [row.id as string], row));
  }
  expect(sections.of([String(rows.length)])).toBeLessThan(mostSections);
  for (const row of rows.toReversed()) all.add(sections.of([row.id as string]), digestOf(["id"], [row.id as string], row));
  expect(sums.differing(all)).toEqual(new Set());
  expect(sums.rows).toBe(rows.length);
});

test("checksums differ in just the sections with another row, value or number of rows, whatever the order", () => {
  const row = fc.record({ id: fc.nat(40).map(String), part: fc.constant("0"), name: fc.constantFrom("a", "b", "\0", '"', "[") });
  fc.assert(fc.property(fc.uniqueArray(
    row, { selector: ({ id }) => id, maxLength: 30 },
  ), fc.array(row, { maxLength: 3 }), (rows, changed) => {
    const section = (of_: Row) => Number(of_.id) % 5;
    const sumOf = (all: readonly Row[]) => {
      const sums = new Checksums();
      for (const each of all) sums.add(section(each), digestOf(["id", "name"], [each.id as string], each));
      return sums;
    };
    const after = [...new Map([...rows, ...changed].map((each) => [each.id, each])).values()];
    const touched = [0, 1, 2, 3, 4].filter((n) => {
      const text = (all: readonly Row[]) => JSON.stringify(
        all.filter((each) => section(each) === n).sort((a, b) => Number(a.id) - Number(b.id)),
      );
      return text(rows) !== text(after);
    });
    expect([...sumOf(rows).differing(sumOf(after.toReversed()))].sort()).toEqual(touched);
  }));
});
