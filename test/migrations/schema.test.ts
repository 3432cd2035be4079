import { createHash } from "node:crypto";
import type { QueryRunner } from "typeorm";
import { history } from "../../migrations/history.js";
import { migrate } from "../../migrations/migrate.js";
import { operationalDatabase } from "../../migrations/operational.js";
import type { Entity, Fields, Row } from "../../schema/entity.js";
import type { Field, FieldType, Value } from "../../schema/fields.js";
import { totesys } from "../../schema/totesys/catalog.js";
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

test("the tables are the catalog's, and nothing extra", async () => {
  const tables = await database.rows<{ name: string; engine: string; collation: string }>(
    "SELECT table_name AS name, engine AS engine, table_collation AS collation FROM information_schema.tables WHERE table_schema = ?",
    [database.name]);
  expect(tables.map((t) => t.name).sort()).toEqual([...totesys.entities.map((e) => e.table), "schema_migration"].sort());
  for (const table of tables.filter((t) => t.name !== "schema_migration")) expect(table).toMatchObject({
    engine: "InnoDB", collation: "utf8mb4_unicode_520_ci",
  });
});

describe.each(totesys.entities.map((entity) => [entity.table, entity] as const))("%s", (table, entity) => {
  test("has a column for every field, exactly as declared, and no other", async () => {
    const columns = await database.rows(
      `SELECT column_name AS name, column_type AS type, is_nullable AS nullable, character_set_name AS charset, column_default AS byDefault,
         REPLACE(LOWER(extra), 'default_generated', '') AS extra
       FROM information_schema.columns WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position`, [database.name, table]);
    expect(columns.map((c) => ({ ...c, extra: c.extra.trim() }))).toEqual(Object.entries(entity.fields as Fields).map(([name, field]) => ({
      name,
      type: columnType(field.type),
      nullable: field.nullable ? "YES" : "NO",
      charset: field.type.kind === "string" || field.type.kind === "choice" ? "utf8mb4" : null,
      byDefault: name === "created_at" || name === "last_updated" ? "CURRENT_TIMESTAMP(6)" : null,
      extra: entity.key.includes(name) ? "auto_increment" : name === "last_updated" ? "on update current_timestamp(6)" : "",
    })));
  });

  test("has its key, its foreign keys, and an index for every lookup", async () => {
    const indexes = await database.rows<{ name: string; columns: string }>(
      `SELECT index_name AS name, GROUP_CONCAT(column_name ORDER BY seq_in_index) AS columns FROM information_schema.statistics
       WHERE table_schema = ? AND table_name = ? GROUP BY index_name`, [database.name, table]);
    const byName = Object.fromEntries(indexes.map((index) => [index.name, index.columns]));
    const inLookup = new Map(entity.lookups.map((l) => [l.by, [...new Set([l.by, l.orderBy, ...entity.key])].join()]));
    const references = Object.entries(entity.fields as Fields).filter(([, field]) => field.references);
    expect(byName).toEqual({
      PRIMARY: entity.key.join(),
      ...Object.fromEntries(references.map(([name]) => [`${table}_by_${name}`, inLookup.get(name) ?? name])),
    });
    const foreign = await database.rows(
      `SELECT column_name AS field, referenced_table_name AS target, referenced_column_name AS targetKey FROM
        information_schema.key_column_usage
       WHERE table_schema = ? AND table_name = ? AND referenced_table_name IS NOT NULL`,
      [database.name, table],
    );
    const wanted = references.map(([field, { references: target }]) => ({ field, target: target!.table, targetKey: target!.key[0] }));
    expect(sorted(foreign)).toEqual(sorted(wanted));
  });
});

test("the ORM gives back every row of every table as it was saved, in a UTC session", async () => {
  const source = await operationalDatabase(database.url, totesys, 2).initialize();
  try {
    expect(await source.query("SELECT @@session.time_zone AS zone")).toEqual([{ zone: "+00:00" }]);
    const currency = source.getRepository<Row>("currency");
    const before = Date.now();
    const made = await currency.save({ currency_code: "GBP" });
    expect(made).toEqual({
      currency_id: expect.stringMatching(/^\d+$/), currency_code: "GBP", created_at: expect.any(String), last_updated: made.created_at,
    });
    // Both clocks are this machine's; the server reads its own in steps of its own.
    expect(Date.parse(String(made.created_at))).toBeGreaterThan(before - 1_000);
    expect(Date.parse(String(made.created_at))).toBeLessThan(Date.now() + 1_000);
    await currency.delete({ currency_id: made.currency_id as string });

    for (const entity of totesys.entities) {
      const repository = source.getRepository<Row>(entity.table);
      for (const extreme of [true, false]) {
        const saved = sample(entity, extreme);
        await repository.insert({ ...saved });
        const where = Object.fromEntries(entity.key.map((name) => [name, saved[name]!]));
        expect({ ...(await repository.findOneByOrFail(where)) }).toEqual(saved);
      }
    }
  } finally {
    await source.destroy();
  }
});

function sample(entity: Entity, extreme: boolean): Row {
  return Object.fromEntries(Object.entries(entity.fields as Fields).map(([name, field]) => [name, valueOf(field, extreme)]));
}

/** Keys and references take the same value, so that every reference leads somewhere. */
function valueOf({ type, nullable }: Field, extreme: boolean): Value {
  if (nullable && !extreme) return null;
  switch (type.kind) {
    case "int64": return extreme ? "9007199254740993" : "1";
    case "int32": return extreme ? -2147483648 : 7;
    case "decimal": return extreme ? `-${"9".repeat(type.precision - type.scale)}.${"9".repeat(type.scale)}`
      : `0.${"0".repeat(type.scale)}`;
    case "string": return extreme ? "😀ß'\\".repeat(30).slice(0, type.maxLength - (type.maxLength % 5)) + "x" : "";
    case "boolean": return extreme;
    case "date": return extreme ? "9999-12-31" : "1000-01-01";
    case "timestamp": return extreme ? "9999-12-31T23:59:59.999999Z" : "2026-03-29T01:30:00.000001Z";
    case "choice": return type.values[extreme ? type.values.length - 1 : 0]!;
    default: throw new Error(`no sample for ${JSON.stringify(type satisfies never)}`);
  }
}

/** The test writes these out, so that neither side is derived from the other. */
function columnType(type: FieldType): string {
  switch (type.kind) {
    case "int64": return "bigint";
    case "int32": return "int";
    case "decimal": return `decimal(${type.precision},${type.scale})`;
    case "string": return `varchar(${type.maxLength})`;
    case "boolean": return "tinyint(1)";
    case "date": return "date";
    case "timestamp": return "datetime(6)";
    case "choice": return `enum(${type.values.map((v) => `'${v}'`).join(",")})`;
    default: throw new Error(`no column type for ${JSON.stringify(type satisfies never)}`);
  }
}

async function hashOf(Migration: (typeof history)[number]): Promise<string> {
  const statements: string[] = [];
  const recorder = { query: async (sql: string) => void statements.push(sql) } as unknown as QueryRunner;
  const migration = new Migration();
  await migration.up(recorder);
  await migration.down(recorder);
  return createHash("sha256").update(statements.join(";\n")).digest("hex");
}

function sorted<T>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
}
