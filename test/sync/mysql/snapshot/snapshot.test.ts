import { catalog } from "../../../../schema/catalog.js";
import type { Entity } from "../../../../schema/entity.js";
import { everyKey, type KeyRange } from "../../../../schema/position.js";
import { openMysqlSource } from "../../../../sync/mysql/source.js";
import type { Source } from "../../../../sync/source.js";
import { freshDatabase, type FreshDatabase } from "../../../migrations/fresh-database.js";
import { entity, int32, int64, string } from "../../../support/declare.js";

jest.setTimeout(60_000);

const never = new AbortController().signal;
const wide = entity("wide", {
  description: "Long texts.", key: ["id"], owner: { kind: "everyone" },
  fields: { id: int64("public", "Key."), text: string(100_000, "public", "Text.") },
});
const small = entity("small", { description: "Few.", key: ["n"], owner: { kind: "everyone" }, fields: { n: int32("public", "Key.") } });
const named = entity(
  "named", { description: "A name.", key: ["name"], owner: { kind: "everyone" }, fields: { name: string(9, "public", "Key.") } },
);
const pair = entity("pair", {
  description: "Two.", key: ["a", "b"], owner: { kind: "everyone" },
  fields: { a: int64("public", "One."), b: string(9, "public", "Other.") },
});

let [database, source]: [FreshDatabase, Source] = [null as never, null as never];
beforeAll(async () => {
  database = await freshDatabase("snapshot");
  const { server, name } = database;
  await server.query(`CREATE DATABASE ${name}`);
  await server.query(`USE ${name}`);
  await server.query("SET cte_max_recursion_depth = 100000");
  await server.query("CREATE TABLE wide (id BIGINT PRIMARY KEY, text LONGTEXT)");
  await server.query("CREATE TABLE small (n INT PRIMARY KEY)");
  await server.query("CREATE TABLE named (name VARCHAR(9) PRIMARY KEY)");
  await server.query("CREATE TABLE pair (a BIGINT, b VARCHAR(9), PRIMARY KEY (a, b)) COLLATE utf8mb4_bin");
  source = openMysqlSource(database.url, catalog([wide, small, named, pair]), name, never);
});
afterAll(async () => {
  await source[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

/** Makes an item for each number below `count`. */
const numbers = (count: number) =>
  `(WITH RECURSIVE t(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM t WHERE n < ${count - 1}) SELECT n FROM t) AS numbers`;

async function keysIn(of: Entity, range: KeyRange | null): Promise<string[]> {
  const keys: string[] = [];
  for await (const chunk of source.snapshot(of, range, never)) keys.push(...chunk.map(({ key }) => key.join()));
  return keys;
}

test("the ranges of a table hold every key once, also beyond the least and the greatest", async () => {
  await database.server.query(`INSERT INTO small SELECT n * 7 - 100000 FROM ${numbers(30_000)}`);
  const { rows, ranges } = await source.survey(small, 8);
  expect(ranges).toHaveLength(8);
  expect(rows).toBeGreaterThan(10_000);
  await database.server.query("INSERT INTO small VALUES (-2147483648), (2147483647)");
  const all = await keysIn(small, null);
  expect(all).toHaveLength(30_002);
  expect((await Promise.all(ranges.map((range) => keysIn(small, range)))).flat()).toEqual(all);
  // Few rows are not worth several readers, and no rows are not either. Only the server knows the order of other keys.
  await database.server.query("DELETE FROM small WHERE n > 1000");
  for (const [of, wanted] of [[wide, 0], [named, 0], [pair, 0]] as const) expect(await source.survey(of, 8)).toMatchObject({
    ranges: [everyKey], rows: expect.any(Number), ...(wanted === 0 ? {} : { rows: wanted }),
  });
});

test("a range of a key of two fields ends with its last key", async () => {
  await database.server.query(`INSERT INTO pair SELECT n DIV 3, CHAR(97 + n MOD 3) FROM ${numbers(30)}`);
  const all = await keysIn(pair, null);
  const key = (n: number) => [String(Math.floor(n / 3)), "abc"[n % 3]!];
  for (const [after, upTo] of [
    [0, 29], [4, 9], [5, 6], [7, 7],
  ] as const) expect(await keysIn(pair, { after: key(after), upTo: key(upTo) })).toEqual(all.slice(after + 1, upTo + 1));
});

test("a chunk is bounded in bytes, wherever the wide rows begin", async () => {
  await database.server.query(`INSERT INTO wide SELECT n, 'x' FROM ${numbers(3_000)}`);
  await database.server.query(`INSERT INTO wide SELECT n + 3000, REPEAT('y', 60000) FROM ${numbers(400)}`);
  let rows = 0;
  for await (const chunk of source.snapshot(wide, null, never)) {
    rows += chunk.length;
    const bytes = chunk.reduce((sum, message) => sum + ("after" in message ? String(message.after!.text).length : 0), 0);
    expect(bytes).toBeLessThan(1024 * 1024 + 60_000);
  }
  expect(rows).toBe(3_400);
});

test("a caller that stops in the middle, or aborts, leaves no connection behind", async () => {
  const open = async () => (await database.rows(
    "SELECT ID FROM information_schema.processlist WHERE DB = ? AND ID <> CONNECTION_ID()", [database.name],
  )).length;
  const before = await open();
  for await (const chunk of source.snapshot(wide, null, never)) if (chunk.length > 0) break;
  const stop = new AbortController();
  let chunks = 0;
  for await (const chunk of source.snapshot(wide, null, stop.signal)) if ((chunks += chunk.length) > 0) stop.abort();
  // The server forgets them when it gets to it.
  while ((await open()) > before) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await open()).toBe(before);
});
