import { createHash } from "node:crypto";
import type { QueryRunner } from "typeorm";
import { makers } from "../../generator/fill.js";
import { type Row, tables, type Value } from "../../generator/tables.js";
import { worldOf } from "../../generator/world.js";
import { history } from "../../migrations/history.js";
import { migrate } from "../../migrations/migrate.js";
import { operationalDatabase } from "../../migrations/operational.js";
import { freshDatabase, type FreshDatabase } from "./fresh-database.js";

let database: FreshDatabase;
beforeAll(async () => {
  database = await freshDatabase("schema");
  await migrate(database.url);
});
afterAll(() => database[Symbol.asyncDispose]());

test("a migration that has landed is never changed", async () => {
  const landed = {
    Parties1763700000000: "d1e6cbdef2dc6f37297513d8e67e470e631ea2cecc1256d198cf5f9763be91fb",
    Trade1763700000001: "fa78edf14ce11fe703da6a597fb3303d2e00f22ca28ff52145128ff66c9a3aa4",
  };
  const now = await Promise.all(history.map(async (migration) => [migration.name, await hashOf(migration)]));
  expect(Object.fromEntries(now)).toEqual(landed);
});

test("the tables are those that the generator writes, and nothing extra", async () => {
  const made = await database.rows<{ name: string; engine: string; collation: string }>(
    "SELECT table_name AS name, engine AS engine, table_collation AS collation FROM information_schema.tables WHERE table_schema = ?",
    [database.name]);
  expect(made.map(({ name }) => name).sort()).toEqual([...Object.keys(tables), "schema_migration"].sort());
  for (const table of made.filter(({ name }) => name !== "schema_migration")) expect(table).toMatchObject({
    engine: "InnoDB", collation: "utf8mb4_unicode_520_ci",
  });
});

test("rows can be inserted in the order of the generator's tables: each reference leads to the key of an earlier one", async () => {
  const references = await database.rows<{ name: string; target: string; targetKey: string }>(
    `SELECT table_name AS name, referenced_table_name AS target, referenced_column_name AS targetKey
     FROM information_schema.key_column_usage WHERE table_schema = ? AND referenced_table_name IS NOT NULL`, [database.name]);
  expect(references).toHaveLength(17);
  const order = Object.keys(tables);
  expect(references.filter(({ name, target }) => order.indexOf(target) >= order.indexOf(name))).toEqual([]);
  expect(references.filter(({ target, targetKey }) => tables[target as keyof typeof tables].key !== targetKey)).toEqual([]);
});

interface Column {
  readonly name: string;
  readonly type: string;
  readonly nullable: "YES" | "NO";
  readonly indexed: string;
  readonly byDefault: string | null;
  readonly extra: string;
}

describe.each(Object.values(tables))("$name", ({ name: table, key }) => {
  const rows = [1, 2, 3, 4, 5].map((seed) => worldOf(seed, 1_000, Date.UTC(2026, 0, 1) * 1_000))
    .flatMap((world) => Array.from({ length: world.shape.counts[table] }, (_, i) => makers[table](world, i + 1)));
  let columns: readonly Column[];
  beforeAll(async () => {
    columns = await database.rows<Column>(
      `SELECT column_name AS name, column_type AS type, is_nullable AS nullable, column_key AS indexed, column_default AS byDefault,
         TRIM(REPLACE(LOWER(extra), 'default_generated', '')) AS extra
       FROM information_schema.columns WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position`, [database.name, table]);
  });

  test("has a column for each value of a generated row, in that order, and no other", () => {
    expect(Object.keys(rows[0]!)).toEqual(columns.map(({ name }) => name));
  });

  test("has the key that the server counts, and two moments that the server keeps", () => {
    expect(columns.filter(({ indexed }) => indexed === "PRI").map(({ name }) => name)).toEqual([key]);
    const kept = columns.filter(({ extra, byDefault }) => extra !== "" || byDefault !== null);
    expect(kept.map(({ name, extra, byDefault }) => ({ name, extra, byDefault }))).toEqual([
      { name: key, extra: "auto_increment", byDefault: null },
      { name: "created_at", extra: "", byDefault: "CURRENT_TIMESTAMP(6)" },
      { name: "last_updated", extra: "on update current_timestamp(6)", byDefault: "CURRENT_TIMESTAMP(6)" },
    ]);
  });

  test("gets from the generator the values that its columns hold as they are, and NULL in each column that allows it, no other", () => {
    const bent = columns.flatMap(({ name, type }) => valuesOf(rows, name).filter((value) => !isHeldBy(type, value))
      .map((value) => ({ name, type, value })));
    expect(bent).toEqual([]);
    const withNull = columns.filter(({ name }) => rows.some((row) => row[name] === null));
    expect(withNull).toEqual(columns.filter(({ nullable }) => nullable === "YES"));
  });
});

test("a migration's sessions are in UTC, whatever the server's zone is", async () => {
  const source = await operationalDatabase(database.url).initialize();
  try {
    expect(await source.query("SELECT @@session.time_zone AS zone")).toEqual([{ zone: "+00:00" }]);
  } finally {
    await source.destroy();
  }
});

function valuesOf(rows: readonly Row[], column: string): Value[] {
  return rows.flatMap((row) => row[column] ?? []);
}

/** Whether a column of the type gives the value back unchanged: MySQL would round an amount, and cut a moment, without a word. */
function isHeldBy(type: string, value: Value): boolean {
  const [, kind, size] = /^(\w+)(?:\((.*)\))?$/.exec(type)!;
  const text = String(value);
  switch (kind) {
    case "bigint": return typeof value === "string" && /^[1-9]\d*$/.test(text);
    case "int": return Number.isInteger(value);
    case "tinyint": return typeof value === "boolean";
    case "decimal": return typeof value === "string" && size!.endsWith(",2") && /^\d{1,10}\.\d\d$/.test(text);
    case "varchar": return typeof value === "string" && [...text].length <= Number(size);
    case "date": return /^\d{4}-\d\d-\d\d$/.test(text);
    case "datetime": return size === "6" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(text);
    case "enum": return size!.split(",").includes(`'${text}'`);
  }
  throw new Error(`the test does not know the type ${type}`);
}

async function hashOf(Migration: (typeof history)[number]): Promise<string> {
  const statements: string[] = [];
  const recorder = { query: async (sql: string) => void statements.push(sql) } as unknown as QueryRunner;
  const migration = new Migration();
  await migration.up(recorder);
  await migration.down(recorder);
  return createHash("sha256").update(statements.join(";\n")).digest("hex");
}
