import fc from "fast-check";
import type { FieldType, Value } from "../../schema/fields.js";
import { checkOf, kinds, sortKey, sortKeyOf } from "../../schema/kinds/kinds.js";
import { shortestFloat } from "../../schema/kinds/numbers/float.js";
import { orderedText } from "../../schema/kinds/ordered-text.js";
import { uuidBytes, uuidText } from "../../schema/kinds/texts/uuid.js";

const names = Object.keys(kinds) as (keyof typeof kinds)[];
const types = names.map((name) => [name, kinds[name].type as FieldType, kinds[name].example as Value] as const);

test.each(types)("the example of %s is a value of its type, and null, undefined and an object are none", (_, type, example) => {
  const check = checkOf(type);
  expect([example, null, undefined, {}].map(check)).toEqual([true, false, false, false]);
});

test.each(types)("a type of kind %s is plain data", (_, type) => expect(JSON.parse(JSON.stringify(type))).toEqual(type));

const whole = (bits: number, isSigned: boolean) =>
  fc.bigInt(isSigned ? { min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n } : { min: 0n, max: 2n ** BigInt(bits) - 1n });
const decimalOf = (unscaled: bigint): string => {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(4, "0");
  return `${unscaled < 0n ? "-" : ""}${digits.slice(0, -3)}.${digits.slice(-3)}`;
};
const timeOf = (micros: number): string => {
  const [all, two] = [Math.abs(micros), (n: number) => String(n).padStart(2, "0")];
  const seconds = Math.floor(all / 1e6);
  return `${micros < 0 ? "-" : ""}${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
    + `.${String(all % 1e6).padStart(6, "0")}`;
};
const compare = <T extends bigint | number | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

/** Each kind of number: what a value is made of, and how. Their order is that of what they are made of. */
const numbers: readonly (readonly [FieldType, fc.Arbitrary<bigint | number>, (made: never) => Value])[] = [
  [{ kind: "int32" }, fc.integer(), (made: number) => made],
  [{ kind: "int64" }, whole(64, true), String],
  [{ kind: "uint64" }, whole(64, false), String],
  [{ kind: "decimal", precision: 65, scale: 3 }, whole(200, true), decimalOf],
  [{ kind: "double" }, fc.double({ noNaN: true, noDefaultInfinity: true }), (made: number) => made + 0],
  [{ kind: "float" }, fc.float({ noNaN: true, noDefaultInfinity: true }), shortestFloat],
  [{ kind: "time", fraction: 6 }, fc.integer({ min: -3_020_399_000_000, max: 3_020_399_000_000 }), timeOf],
  [{ kind: "bits", length: 64 }, whole(64, false), (made: bigint) => made.toString(2).padStart(64, "0")],
];

test.each(numbers)("sort keys of %j are in the order of the numbers, after null", (type, made, valueOf) => {
  fc.assert(fc.property(made, made, (a, b) => {
    const [x, y] = [valueOf(a as never), valueOf(b as never)];
    expect([x, y].map(checkOf(type))).toEqual([true, true]);
    // Two floats that are apart stay apart.
    expect(Math.sign(compare(sortKey(type, x), sortKey(type, y)))).toBe(Math.sign(compare(a as number, b as number)));
    expect(sortKey(type, null) < sortKey(type, x)).toBe(true);
  }), { numRuns: 2_000 });
});

test("a float is named by the shortest number, and leads back to the 32 bits", () => {
  const named = [0.1, 16777217, 3.4028234663852886e38, 1e-45].map((n) => shortestFloat(Math.fround(n)));
  expect(named).toEqual([0.1, 16777216, 3.4028235e38, 1e-45]);
  fc.assert(fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (exact) => {
    expect(Math.fround(shortestFloat(exact))).toBe(exact + 0);
    expect(checkOf({ kind: "float" })(shortestFloat(exact))).toBe(true);
  }), { numRuns: 5_000 });
});

test("both byte orders of a UUID lead back to its text, and their sort keys are in the order of the bytes", () => {
  fc.assert(fc.property(fc.uuid(), fc.uuid(), fc.constantFrom("bytes" as const, "swapped" as const), (a, b, stored) => {
    expect(uuidText(stored, uuidBytes(stored, a))).toBe(a);
    const type: FieldType = { kind: "uuid", stored };
    expect(compare(sortKey(type, a), sortKey(type, b)))
      .toBe(Buffer.from(uuidBytes(stored, a), "hex").compare(Buffer.from(uuidBytes(stored, b), "hex")));
  }));
});

test.each(types.filter(([, type]) => sortKeyOf(type)))("the ordered text of %s leads back to the value", (_, type, example) => {
  const { of, valueOf } = orderedText(type);
  expect(valueOf(of(example!))).toBe(String(example));
});

test.each<[FieldType, readonly unknown[], readonly unknown[]]>([
  [{ kind: "date" }, ["2024-02-29"], ["2025-02-29", "0000-00-00", "2025-13-01", "2025-1-1"]],
  [{ kind: "date", zeros: "text" }, ["0000-00-00", "2025-02-30", "2025-00-00"], ["2025-2-30"]],
  [{ kind: "set", values: ["a", "b", "c"] }, ["", "a", "a,c"], ["c,a", "a,a", "d", "a,"]],
  [{ kind: "choice", values: ["a"] }, ["", "a"], ["A", 1]],
  [{ kind: "time", fraction: 0 }, ["838:59:59", "-838:59:59", "00:00:00"], ["839:00:00", "-00:00:00", "0:00:00", "00:00:00.0"]],
  [{ kind: "decimal", precision: 2, scale: 2 }, ["0.05", "-0.99"], ["1.00", ".05", "-0.00"]],
])("%j takes %j and refuses %j", (type, right, wrong) => {
  expect([...right, ...wrong].map(checkOf(type))).toEqual([...right.map(() => true), ...wrong.map(() => false)]);
});
