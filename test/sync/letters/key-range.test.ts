import { PreflightFailed } from "../../../runtime/findings.js";
import { isWithin } from "../../../schema/position.js";
import { keyRangeOf } from "../../../sync/letters/key-range.js";
import { entity, int32, int64, string } from "../../support/declare.js";

const order = entity(
  "order", { description: "An order.", key: ["id"], owner: { kind: "everyone" }, fields: { id: int64("public", "Key.") } },
);
const small = entity("small", { description: "Few.", key: ["n"], owner: { kind: "everyone" }, fields: { n: int32("public", "Key.") } });
const pair = entity("pair", {
  description: "Two.", key: ["a", "b"], owner: { kind: "everyone" }, fields: { a: int64("public", "One."), b: int64("public", "Other.") },
});
const named = entity(
  "named", { description: "A name.", key: ["name"], owner: { kind: "everyone" }, fields: { name: string(9, "public", "Key.") } },
);

test.each([
  ["id between 1000 and 2000", ["999"], ["2000"]],
  ["  id   BETWEEN -5 AND 5 ", ["-6"], ["5"]],
  ["id = 7", ["6"], ["7"]],
  ["id >= 10 and id < 20", ["9"], ["19"]],
  ["id > 10 and id <= 9223372036854775807", ["10"], ["9223372036854775807"]],
  ["id<5", ["-9223372036854775809"], ["4"]],
  ["id >= 1 and id between 3 and 9 and id <= 7", ["2"], ["7"]],
])("%s is a range of keys", (text, after, upTo) => {
  expect(keyRangeOf(order, text)).toEqual({ after, upTo });
});

test("keys of 32 bits are numbers, and what is beyond them is cut off", () => {
  expect(keyRangeOf(small, "n between 3 and 99999999999")).toEqual({ after: [2], upTo: [2_147_483_647] });
});

test.each([
  [order, "", /not a key range/], [order, "id", /not a key range/], [order, "id in (1, 2)", /not a key range/],
  [order, "id between 1 and 2; DROP TABLE x", /not a key range/],
  [order, "id = 1 or id = 2", /not a key range/], [order, "id = '1'", /not a key range/], [order, "id = 1.5", /not a key range/],
  [order, "id = 1 and", /not a key range/],
  [order, "id = 1 -- x", /not a key range/], [order, "id != 1", /not a key range/], [order, "price > 1", /speaks of price/],
  [order, "id > 5 and id < 6", /no key can be in it/],
  [order, "id between 9 and 1", /no key can be in it/], [pair, "a = 1", /is not one whole number/],
  [named, "name = 1", /is not one whole number/],
])("of %p, %p is a finding with its remedy", (of, text, problem) => {
  const refusal = (() => {
    try {
      return keyRangeOf(of, text);
    } catch (error) {
      return error;
    }
  })();
  expect(refusal).toBeInstanceOf(PreflightFailed);
  expect((refusal as PreflightFailed).findings).toEqual([{
    where: `--where ${JSON.stringify(text)}`, problem: expect.stringMatching(problem),
    remedy: expect.stringMatching(/write "|leave --where out/),
  }]);
});

test("a range holds the keys beyond its one end, up to and with the other", () => {
  const range = keyRangeOf(order, "id between 1000 and 2000");
  expect(["-1", "999", "1000", "1500", "2000", "2001", "10000"].map((id) => isWithin(range, [id]))).toEqual([
    false, false, true, true, true, false, false,
  ]);
});
