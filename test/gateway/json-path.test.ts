import { exactNumbers } from "../../gateway/graphql/json-numbers.js";
import { jsonAt } from "../../gateway/graphql/json-path.js";
import { freshDatabase } from "../migrations/fresh-database.js";

const documents = [
  '{"a": {"b": [1, [2, 3], {"c": "x", "a": null}]}, "b c": true, "ž": 1, "": 5, "2": "two", "10": "ten", "q\\"t": 0}',
  '[{"a": 1}, {"a": [{"a": 2}]}, 7, "text", null, []]', "5", '"scalar"', "{}", "[]", "null", "[[1, 2, 3], [4, 5], [6]]",
];
const paths = [
  "$", " $ . a . b [ 0 ]", "$.a.b", "$.a.b[1][0]", "$.a.b[last]", "$.a.b[last-1]", "$.a.b[last - 9]", "$.a.b[9]", "$.a.b[0 to 1]",
  "$.a.b[*]",
  "$.a.*", "$.*", "$**.a", "$**.c", "$[0]", "$[last]", "$[0][0]", "$[*].a", "$[0 to last]", "$[1 to 2]", "$[last-1 to last]",
  '$."b c"', '$."ž"', '$.""', '$."2"', '$."q\\"t"', "$.nothing", "$**[0]", "$[*][*]", "$.a[0].b[0]", "$**.b[1]",
];

test("a path gives what JSON_EXTRACT gives", async () => {
  await using database = await freshDatabase("paths");
  for (const document of documents) for (const path of paths) {
    const [row] = await database.rows<{ found: string | null }>("SELECT JSON_EXTRACT(?, ?) AS found", [document, path]);
    const wanted = row!.found === null ? null : exactNumbers(row!.found);
    expect([document, path, jsonAt(exactNumbers(document), path)]).toEqual([document, path, wanted]);
  }
});

test.each([
  "", "a", "$.", "$[", "$[x]", "$.a b", "$**", "$.1", "$ a", '$."open', "$[1 to]", "$[2 to 1]", "$[last-1 to last-2]",
])("%j is no path, in MySQL as here", async (path) => {
  await using database = await freshDatabase("paths");
  await expect(database.rows("SELECT JSON_EXTRACT('{}', ?)", [path])).rejects.toThrow(/path/i);
  expect(() => jsonAt({}, path)).toThrow(/no MySQL JSON path/);
});

test("invariant 9: a number that JavaScript would round is the text of its digits, and every other one is a number", () => {
  const text = '[18446744073709551615, 9007199254740992, 9007199254740993, 1.0, -0.0, 0.1, 1e400, 1234567890123456.78, "9007199254740993"]';
  expect(exactNumbers(text)).toEqual([
    "18446744073709551615", 9007199254740992, "9007199254740993", 1, -0, 0.1, "1e400", "1234567890123456.78", "9007199254740993",
  ]);
});
