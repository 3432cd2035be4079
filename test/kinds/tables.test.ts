import { catalog as catalogOf } from "../../schema/catalog.js";
import type { Change } from "../../schema/change.js";
import type { Row } from "../../schema/entity.js";
import type { FieldType } from "../../schema/fields.js";
import { openDatabase, field, followed, type Metadata, openStores, rowsOf, tableOf } from "./world.js";

jest.setTimeout(300_000);

const fields: Readonly<Record<string, FieldType>> = {
  id: { kind: "uint64" }, n: { kind: "int32" }, doubled: { kind: "int64" }, label: { kind: "string", maxLength: 40 },
  hidden: { kind: "bytes", maxLength: 8 }, document: { kind: "json" }, wide: { kind: "vector", dimensions: 2 },
  last: { kind: "string", maxLength: 9 },
};
const of = tableOf("things", ["id"], Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, field(type, name !== "id")])));
/** Documents of more than a few bytes, because MySQL logs a whole small one. */
const start = `{"a": {"b": [1, 2, 3]}, "keep": "${"x".repeat(400)}", "n": 1}`;

describe.each<Metadata>(["FULL", "MINIMAL"])("invariants 8 and 9, columns that MySQL makes or hides, with metadata %s", (metadata) => {
  test("generated and invisible columns, and documents that are logged as differences, are in each store as MySQL has them", async () => {
    await using database = await openDatabase(`sluice_kinds_made_${metadata.toLowerCase()}`, metadata);
    await database.run(`CREATE TABLE things (id BIGINT UNSIGNED PRIMARY KEY, n INT, doubled BIGINT AS (2 * n) VIRTUAL,
      label VARCHAR(40) AS (CONCAT('no ', n)) STORED, hidden VARBINARY(8) INVISIBLE DEFAULT (x'00ff'), document JSON, wide VECTOR(2),
      last CHAR(9) CHARACTER SET latin1)`);
    const catalog = catalogOf([of]);
    const { streamed, copied } = await followed(database, catalog, async () => {
      await database.run("SET binlog_row_value_options = 'PARTIAL_JSON'");
      for (const id of ["1", "18446744073709551615"]) await database.run(
        `INSERT INTO things (id, n, document, wide, last) VALUES (${id}, -5, '${start}', STRING_TO_VECTOR('[1,2]'), 'ä')`,
      );
      await database.run(
        "UPDATE things SET document = JSON_SET(document, '$.a.b[1]', 18446744073709551615, '$.n', CAST(1.50 AS DECIMAL(5,2)))",
      );
      await database.run("UPDATE things SET document = JSON_REMOVE(document, '$.a.b[0]'), n = 2147483647 WHERE id > 1");
      await database.run(
        "UPDATE things SET hidden = NULL, document = JSON_INSERT(document, '$.\"ž\"', JSON_ARRAY(NULL, TRUE)) WHERE id = 1",
      );
    });
    const shown = await database.list(`SELECT CAST(id AS CHAR), n, CAST(doubled AS CHAR), label, LOWER(HEX(hidden)),
      HEX(CONVERT(document USING utf8mb4)), LOWER(HEX(wide)), CONVERT(last USING utf8mb4) FROM things ORDER BY id`);
    const wanted = shown.map((values): Row => Object.fromEntries(Object.keys(fields).map((name, i) =>
      [name, name === "document" ? Buffer.from(String(values[i]), "hex").toString() : values[i]!])));
    expect(wanted.map(({ id, n, doubled, label, hidden, last }) => [id, n, doubled, label, hidden, last])).toEqual([
      ["1", -5, "-10", "no -5", null, "ä"], ["18446744073709551615", 2147483647, "4294967294", "no 2147483647", "00ff", "ä"],
    ]);

    expect(rowsOf(copied.get("things")!, of)).toEqual(wanted);
    expect(streamed.map(({ op }) => op)).toEqual(["create", "create", "update", "update", "update", "update"]);
    const last = new Map(rowsOf(streamed, of).map((row) => [row.id, row]));
    expect(wanted.map(({ id }) => last.get(id!))).toEqual(wanted);
    await using stores = await openStores(catalog);
    for (const { writer, store } of stores.each) {
      expect(await writer.write(streamed as Change[], new AbortController().signal)).toEqual([]);
      expect([store.name, await store.rows!.get(of, wanted.map(({ id }) => [id as string]))]).toEqual([store.name, wanted]);
    }
  });
});
