import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "mysql2/promise";
import type { Engine } from "../../../../engines/engine.js";
import { connectMysql, serverUrl } from "../../../../runtime/mysql/mysql.js";
import { catalog } from "../../../../schema/catalog.js";
import type { Message } from "../../../../schema/change.js";
import type { Row } from "../../../../schema/entity.js";
import type { Position } from "../../../../schema/position.js";
import { openMysqlSource } from "../../../../sync/mysql/source.js";
import type { Source } from "../../../../sync/source.js";
import { startMysql } from "../../../support/mysql-server.js";
import { entity, choice, decimal, int64, nullable, string, timestamp } from "../../../support/declare.js";

jest.setTimeout(120_000);

const pair = entity("pair", {
  description: "Two columns that are easily taken for one another.", key: ["id"], owner: { kind: "everyone" },
  fields: { id: int64("public", "Key."), x: string(20, "public", "X."), y: string(20, "public", "Y.") },
});
const many = entity("many", {
  description: "A field of every kind.", key: ["id"], owner: { kind: "everyone" },
  fields: {
    id: int64("public", "Key."), big: nullable(int64("public", "Number.")), price: nullable(decimal(12, 2, "public", "Price.")),
    seen: nullable(timestamp("public", "Moment.")),
    word: nullable(string(50, "public", "Word.")), latin: nullable(string(50, "public", "Latin.")),
    kind: nullable(choice(["SALE", "it's, ok"], "public", "Kind.")),
  },
});
const both = catalog([pair, many]);
const ddl = [
  "CREATE TABLE pair (id BIGINT PRIMARY KEY AUTO_INCREMENT, x VARCHAR(20) NOT NULL, y VARCHAR(20) NOT NULL)",
  `CREATE TABLE many (id BIGINT PRIMARY KEY AUTO_INCREMENT, big BIGINT UNSIGNED, price DECIMAL(10,2), seen DATETIME(3),
    word TEXT CHARACTER SET utf16, latin CHAR(20) CHARACTER SET latin1,
    kind ENUM('SALE','it''s, ok'), e SET('a','b','c','d','e','f','g','h','i'), v VARBINARY(300), b BIT(9), j JSON, g POINT, t TIMESTAMP(6)
    NULL, h TIME, f FLOAT, l LONGBLOB, u SMALLINT ZEROFILL,
    yes TINYINT(1), calc INT AS (u + 1) VIRTUAL, hidden INT INVISIBLE) CHARACTER SET utf8mb4`,
];
/** The names change places, the columns stay. Only a reader that knows when it happened reads the rows right. */
const swap = "ALTER TABLE pair RENAME COLUMN x TO y, RENAME COLUMN y TO x";

const folder = mkdtempSync(join(tmpdir(), "sluice-minimal-"));
let server: Engine, db: Connection, url: URL;

beforeAll(async () => {
  server = await startMysql({ dataDir: folder, fresh: true, flags: { "binlog-row-metadata": "MINIMAL" } });
  url = new URL("/minimal", server.url);
  db = await connectMysql(serverUrl(new URL(server.url)));
});
beforeEach(async () => {
  for (const statement of ["DROP DATABASE IF EXISTS minimal", "CREATE DATABASE minimal", "USE minimal", ...ddl]) await db.query(statement);
});
afterAll(async () => {
  await db?.end();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Follows from there while `work` runs, up to its end. Returns what came, and the error that stopped it. */
async function followed(
  start: Position, work: (rows: readonly Row[], came: (count: number) => Promise<void>) => Promise<unknown>, allowMinimalMetadata = true,
): Promise<{ rows: Row[]; error?: Error }> {
  const stop = new AbortController(), rows: Row[] = [];
  await using source = openMysqlSource(url, both, "minimal", stop.signal, { allowMinimalMetadata });
  let wake = (): void => undefined, end: Position | undefined, at: Position = start, error: Error | undefined;
  const reading = (async () => {
    for await (const messages of source.stream(start, stop.signal)) {
      rows.push(...messages.flatMap((message: Message) => ("after" in message && message.after ? [message.after] : [])));
      for (const message of messages) if (message.op === "commit") at = message.position;
      wake();
      if (end && source.reached(at, end)) return;
    }
  })().catch((caught: Error) => { error = caught; wake(); });
  await work(rows, async (count) => {
    while (rows.length < count && !error) await new Promise<void>((resolve) => { wake = resolve; });
  });
  end = await source.head();
  if (source.reached(at, end)) stop.abort();
  await reading;
  stop.abort();
  return error ? { rows, error } : { rows };
}

const head = async (): Promise<Position> => {
  await using source: Source = openMysqlSource(url, both, "head", new AbortController().signal);
  return await source.head();
};
const insert = () => db.query("INSERT INTO pair (x, y) VALUES ('x', 'y')");
const isRight = (row: Row): boolean => row.x === "x" && row.y === "y";

test("preflight names the switch, and has nothing to find when it is on", async () => {
  await using without = openMysqlSource(url, both, "one", new AbortController().signal);
  expect(await without.preflight()).toEqual([expect.objectContaining({
    problem: expect.stringMatching(/binlog_row_metadata is MINIMAL/),
    remedy: expect.stringMatching(/'FULL', or .*--allow-minimal-metadata/),
  })]);
  await using allowed = openMysqlSource(url, both, "two", new AbortController().signal, { allowMinimalMetadata: true });
  expect(await allowed.preflight()).toEqual([]);
});

test("without the switch the rows are refused with the remedy", async () => {
  const { rows, error } = await followed(await head(), insert, false);
  expect([rows, error?.name]).toEqual([[], "MissingMetadata"]);
});

test("invariant 8: every value is that of the snapshot", async () => {
  const { rows, error } = await followed(await head(), async () => {
    await db.query(`INSERT INTO many (big, price, seen, word, latin, kind, e, v, b, j, g, t, h, f, l, u, yes, hidden) VALUES
      (9223372036854775807, -1.5, '2024-02-29 01:02:03.456', 'žluť 日本', 'é', 'it''s, ok', 'a,i', x'00ff', b'101', '{"a":1}', POINT(1, 2),
        NOW(6), '-1:02:03', 1.5, REPEAT('l', 70000), 7, 1, 5)`);
    await db.query("INSERT INTO many (kind) VALUES ('SALE')");
    await db.query("UPDATE many SET price = 2, word = 'a' WHERE id = 1");
  });
  expect(error).toBeUndefined();
  await using source = openMysqlSource(url, both, "copy", new AbortController().signal);
  const copied: Row[] = [];
  for await (const chunk of source.snapshot(
    many, null, new AbortController().signal,
  )) copied.push(...chunk.map((change) => (change as { after: Row }).after));
  expect([rows[2], rows[1]]).toEqual(copied);
  expect(rows[0]).toMatchObject({ big: "9223372036854775807", price: "-1.50", word: "žluť 日本", latin: "é", kind: "it's, ok" });
});

test("a table changed while it is followed reads right before and after", async () => {
  const { rows, error } = await followed(await head(), async (_, came) => {
    for (let n = 1; n <= 4; n++) {
      await insert();
      await came(n);
      await db.query(swap);
    }
    await insert();
  });
  expect(error).toBeUndefined();
  expect(rows).toHaveLength(5);
  expect(rows.every(isRight)).toBe(true);
});

test("a table changed while no reader looked: rows from before are refused by name, with the remedy, now and later; rows after it are "
  + "read", async () => {
  const start = await head();
  await insert();
  await db.query(swap);
  const since = await head();
  await insert();
  for (let again = 0; again < 2; again++) {
    const { rows, error } = await followed(start, async () => undefined);
    expect([rows, error?.name, error?.message]).toEqual([
      [], "UncertainDefinition",
      expect.stringMatching(/minimal\.pair \(\S+, \d+\).*changed after these rows, by ALTER TABLE pair.*Take a new snapshot/),
    ]);
  }
  expect((await followed(since, insert)).rows).toEqual([
    expect.objectContaining({ x: "x", y: "y" }), expect.objectContaining({ x: "x", y: "y" }),
  ]);
});

test("a change of another table, and one with no rows before it, are no reason to refuse", async () => {
  const start = await head();
  await insert();
  await db.query("ALTER TABLE many ADD COLUMN extra INT AFTER id");
  await db.query("CREATE TABLE pairs (a INT)");
  await db.query("CREATE INDEX by_x ON pair (x)");
  await db.query("INSERT INTO many (big) VALUES (3)");
  const { rows, error } = await followed(start, insert);
  expect(error).toBeUndefined();
  expect(rows.filter((row) => "x" in row).map(isRight)).toEqual([true, true]);
  expect(rows.filter((row) => "big" in row)).toEqual([expect.objectContaining({ big: "3", price: null })]);
});

test("a table whose present definition contradicts the log is refused, even when no statement in the log changed it", async () => {
  const start = await head();
  await insert();
  await db.query("SET sql_log_bin = 0");
  await db.query("ALTER TABLE pair MODIFY x VARCHAR(19) NOT NULL");
  await db.query("SET sql_log_bin = 1");
  const { rows, error } = await followed(start, async () => undefined);
  expect([rows, error?.name, error?.message]).toEqual([
    [], "UncertainDefinition", expect.stringMatching(/column 2 has length 80 in the log, and 76 as x in the table/),
  ]);
});

test("whatever changes at whatever moment, each row is read right or refused", async () => {
  let read = 0;
  for (let round = 0; round < 6; round++) {
    const { rows, error } = await followed(await head(), async (_, came) => {
      await insert();
      await came(1);
      for (let n = 0; n < 15; n++) await db.query(n % (round + 2) === 1 ? swap : "INSERT INTO pair (x, y) VALUES ('x', 'y')");
    });
    expect(rows.every(isRight)).toBe(true);
    expect([undefined, "UncertainDefinition"]).toContain(error?.name);
    read += rows.length;
  }
  expect(read).toBeGreaterThanOrEqual(6);
});
