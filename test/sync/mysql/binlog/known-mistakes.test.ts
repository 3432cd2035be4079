import type { Row, RowsEvent } from "../../../../sync/mysql/binlog/event.js";
import { openSource, sourceUrls, type Source } from "./support/support.js";

/** Mistakes that other readers of the binary log make, a test for each. */
jest.setTimeout(60_000);

let source: Source;
beforeAll(async () => { source = await openSource(); });
afterAll(async () => { await source[Symbol.asyncDispose](); });

async function after(type: string, value: string): Promise<unknown> {
  const [event] = await source.written(
    `DROP TABLE IF EXISTS one; CREATE TABLE one (id INT PRIMARY KEY, v ${type}); INSERT INTO one VALUES (1, ${value})`,
  );
  return event!.rows[0]!.after!.v;
}

function images(events: readonly RowsEvent[]): (readonly [kind: string, before: Row | null, after: Row | null])[] {
  return events.flatMap(({ kind, rows }) => rows.map((row) => [kind, row.before, row.after] as const));
}

test("compressed transactions are delivered", async () => {
  await source.run("CREATE TABLE packed (id INT PRIMARY KEY, v VARCHAR(100)); SET SESSION binlog_transaction_compression=ON");
  const from = await source.here();
  await source.run(
    "BEGIN; INSERT INTO packed VALUES (1, REPEAT('a', 90)), (2, 'b'); UPDATE packed SET v='c' WHERE id=2; DELETE FROM packed WHERE id=1; "
      + "COMMIT",
  );
  await source.run("SET SESSION binlog_transaction_compression=OFF");
  const events = (await source.events(from)).filter(({ type }) => type === "gtid" || type === "rows" || type === "commit").slice(0, 5);
  expect(events.map(({ type }) => type)).toEqual(["gtid", "rows", "rows", "rows", "commit"]);
  expect(images(events.filter((event) => event.type === "rows"))).toEqual([
    ["insert", null, { id: 1, v: "a".repeat(90) }], ["insert", null, { id: 2, v: "b" }],
    ["update", { id: 2, v: "b" }, { id: 2, v: "c" }], ["delete", { id: 1, v: "a".repeat(90) }, null],
  ]);
});

test("a compressed transaction larger than the memory for it comes in parts", async () => {
  await source.run(
    "CREATE TABLE many (id INT PRIMARY KEY, v VARCHAR(1000)); SET SESSION cte_max_recursion_depth=100000, "
      + "binlog_transaction_compression=ON",
  );
  const from = await source.here();
  await source.run(
    "INSERT INTO many WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 50000) SELECT i, REPEAT('x', 900) FROM n",
  );
  await source.run("SET SESSION binlog_transaction_compression=OFF");
  const rows = (await source.events(from)).flatMap((event) => (event.type === "rows" ? event.rows : []));
  expect(rows.length).toBe(50_000);
  expect(rows.at(-1)!.after).toEqual({ id: 50_000, v: "x".repeat(900) });
});

test("JSON logged as differences is delivered whole", async () => {
  const steps = ["JSON_SET(j, '$.a[1]', 5, '$.b', 'longer', '$.cc', 1.5)", "JSON_REMOVE(j, '$.a[0]', "
    + "'$.zz')", "JSON_ARRAY_APPEND(j, '$.a', CAST('9007199254740993' AS JSON))",
    "JSON_SET(j, '$.\"strange \\\\\"key\\\\\" ž\"', JSON_OBJECT('deep', JSON_ARRAY(1, 2)))",
    "JSON_REPLACE(j, '$.\"strange \\\\\"key\\\\\" ž\".deep[1]', TIME'01:02:03')",
    "JSON_ARRAY_INSERT(j, '$.a[0]', JSON_OBJECT())", "JSON_SET(j, '$.a[0].x', 0.10)", "JSON_REMOVE(j, '$.b', '$.a')", "'[1]'",
    "JSON_SET(j, '$[5]', 2)"];
  await source.run(`CREATE TABLE doc (id INT PRIMARY KEY, j JSON, other JSON, pad VARCHAR(500)); INSERT INTO doc VALUES (1,
    '{"a":[1,2,3],"b":"x","zz":{"q":1}}', '[1, 2]', REPEAT('p', 400));
    SET SESSION binlog_row_value_options='PARTIAL_JSON'`);
  const from = await source.here(), shown: unknown[] = [];
  for (const step of steps) {
    await source.run(`UPDATE doc SET j=${step}, pad=CONCAT(pad, 'q'), other=JSON_SET(other, '$[0]', ${shown.length})`);
    shown.push((await source.select("SELECT CAST(j AS CHAR), CAST(other AS CHAR) FROM doc"))[0]);
  }
  await source.run("SET SESSION binlog_row_value_options=''");
  const streamed = images((await source.events(from)).filter((event) => event.type === "rows")).map(([, , row]) => [row!.j, row!.other]);
  expect(streamed).toEqual(shown);
});

test("JSON differences without the value before are refused with the remedy", async () => {
  await source.run(
    "CREATE TABLE half (id INT PRIMARY KEY, j JSON); INSERT INTO half VALUES (1, CONCAT('{\"a\":1,\"pad\":\"', REPEAT('x', 500), '\"}'))",
  );
  await source.run("SET SESSION binlog_row_value_options='PARTIAL_JSON', binlog_row_image='MINIMAL'");
  const written = source.written("UPDATE half SET j=JSON_SET(j, '$.a', 2)");
  await expect(written).rejects.toThrow(/binlog_row_value_options = ''/);
  await source.run("SET SESSION binlog_row_value_options='', binlog_row_image='FULL'");
});

test("history before an ALTER keeps its own names and types", async () => {
  const from = await source.here();
  await source.run(`CREATE TABLE story (id INT PRIMARY KEY, old_name VARCHAR(10), gone INT); INSERT INTO story VALUES (1, 'a', 7);
    ALTER TABLE story RENAME COLUMN old_name TO new_name; ALTER TABLE story DROP COLUMN gone, ADD COLUMN first DECIMAL(5,2) FIRST;
    INSERT INTO story VALUES (1.50, 2, 'b');
    ALTER TABLE story MODIFY new_name CHAR(3) CHARACTER SET latin1; UPDATE story SET new_name='é' WHERE id=2`);
  expect(images((await source.events(from)).filter((event) => event.type === "rows"))).toEqual([
    ["insert", null, { id: 1, old_name: "a", gone: 7 }], ["insert", null, { first: "1.50", id: 2, new_name: "b" }],
    ["update", { first: "1.50", id: 2, new_name: "b" }, { first: "1.50", id: 2, new_name: "é" }],
  ]);
});

test.each([
  ["BIGINT UNSIGNED", "18446744073709551615", 18446744073709551615n],
  [
    "DECIMAL(65,30)", "-12345678901234567890123456789012345.123456789012345678901234567890",
    "-12345678901234567890123456789012345.123456789012345678901234567890",
  ],
  ["DATETIME(6)", "'2025-02-03 04:05:06.123456'", "2025-02-03 04:05:06.123456"],
  ["TIME(6)", "'-12:34:56.789012'", "-12:34:56.789012"],
  ["ENUM('a,b','it''s')", "'a,b'", "a,b"],
  ["SET('it''s','\"q\"','c')", "'it''s,c'", "it's,c"],
  ["CHAR(10) CHARACTER SET latin1", "'é€ß'", "é€ß"],
  ["VECTOR(2)", "STRING_TO_VECTOR('[1,-2]')", Buffer.from(new Float32Array([1, -2]).buffer)],
  ["JSON", "'[9007199254740993]'", "[9007199254740993]"],
])("%s %s is exact", async (type, value, expected) => {
  expect(await after(type, value)).toEqual(expected);
});

test("a date without a day stays as it is", async () => {
  await source.run("SET sql_mode=''");
  expect(await after("DATE", "'2025-02-00'")).toBe("2025-02-00");
});

test("a column absent from a MINIMAL image is absent, not null", async () => {
  await source.run(
    "CREATE TABLE slim (id INT PRIMARY KEY, a INT, b INT, c TEXT); INSERT INTO slim VALUES (1, 2, NULL, 'x'); SET SESSION "
      + "binlog_row_image='MINIMAL'",
  );
  const events = await source.written("UPDATE slim SET a=NULL; DELETE FROM slim");
  await source.run("SET SESSION binlog_row_image='FULL'");
  expect(images(events)).toStrictEqual([["update", { id: 1 }, { a: null }], ["delete", { id: 1 }, null]]);
});

test("a NOBLOB image leaves out what it must", async () => {
  await source.run(
    "CREATE TABLE noblob (id INT PRIMARY KEY, a INT, c TEXT); INSERT INTO noblob VALUES (1, 2, 'x'); SET SESSION binlog_row_image='NOBLOB'",
  );
  const events = await source.written("UPDATE noblob SET a=3; UPDATE noblob SET c='y'");
  await source.run("SET SESSION binlog_row_image='FULL'");
  expect(images(events)).toStrictEqual([
    ["update", { id: 1, a: 2 }, { id: 1, a: 3 }], ["update", { id: 1, a: 3 }, { id: 1, a: 3, c: "y" }],
  ]);
});

test("tagged GTIDs are read, and started from", async () => {
  await source.run(
    "CREATE TABLE tagged (id INT PRIMARY KEY); SET gtid_next='AUTOMATIC:sluice_tag'; INSERT INTO tagged VALUES (1); SET "
      + "gtid_next='AUTOMATIC'",
  );
  const from = await source.here();
  expect(JSON.stringify(from)).toContain("sluice_tag");
  await source.run("SET gtid_next='AUTOMATIC:sluice_tag'; INSERT INTO tagged VALUES (2); SET gtid_next='AUTOMATIC'");
  const events = await source.events(from);
  expect(events.filter((event) => event.type === "rows").flatMap(({ rows }) => rows)).toEqual([{ before: null, after: { id: 2 } }]);
  const gtids = events.flatMap((event) => (event.type === "gtid" && event.gtid.includes("sluice_tag") ? [event] : []));
  expect(gtids.at(-1)!.gtid).toMatch(/^[0-9a-f-]{36}:sluice_tag:\d+$/);
  expect(gtids.at(-1)!.originalCommitTimestamp).toBeGreaterThan(1.7e15);
});

test("values of 20 and 40 MB arrive whole, across packets", async () => {
  await source.run("CREATE TABLE huge (id INT PRIMARY KEY, t LONGTEXT, b LONGBLOB, j JSON)");
  const from = await source.here();
  await source.run(`INSERT INTO huge VALUES (1, REPEAT('ž1', 7000000), NULL, NULL)`);
  await source.run(`INSERT INTO huge VALUES (2, NULL, REPEAT(x'00ff', 20000000), JSON_ARRAY(REPEAT('k', 3000000)))`);
  const events = (await source.events(from)).filter((event) => event.type === "rows");
  const [first, second] = events.map(({ rows }) => rows[0]!.after!);
  expect((first!.t as string).length).toBe(14_000_000);
  expect(first!.t).toBe("ž1".repeat(7_000_000));
  expect((second!.b as Buffer).equals(Buffer.alloc(40_000_000, Buffer.from("00ff", "hex")))).toBe(true);
  expect(second!.j).toBe(`["${"k".repeat(3_000_000)}"]`);
});

describe.each(sourceUrls().filter(([name]) => name === "MariaDB"))("%s", (_, url) => {
  test("GTIDs and compressed events", async () => {
    await using mariadb = await openSource(url);
    await mariadb.run("CREATE TABLE t (id INT PRIMARY KEY, v TEXT); SET GLOBAL log_bin_compress=1; SET GLOBAL log_bin_compress_min_len=10");
    const from = await mariadb.here();
    await mariadb.run(
      "INSERT INTO t VALUES (1, REPEAT('a', 400)); UPDATE t SET v=REPEAT('b', 400); DELETE FROM t; SET GLOBAL log_bin_compress=0",
    );
    const events = await mariadb.events(from);
    expect(images(events.filter((event) => event.type === "rows")).map(([kind]) => kind)).toEqual(["insert", "update", "delete"]);
    expect(events.flatMap((event) => (event.type === "commit" ? [event.gtid] : []))[0]).toMatch(/^\d+-\d+-\d+$/);
    expect(events.find((event) => event.type === "rows-query")).toMatchObject({ statement: "INSERT INTO t VALUES (1, REPEAT('a', 400))" });
  });
});
