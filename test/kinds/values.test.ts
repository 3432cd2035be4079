import { catalog as catalogOf, type Catalog } from "../../schema/catalog.js";
import type { Entity } from "../../schema/entity.js";
import type { FieldType, Value } from "../../schema/fields.js";
import { checkOf, sortKeyOf } from "../../schema/kinds/kinds.js";
import { int64 } from "../support/declare.js";
import { totesys } from "../support/totesys.js";
import { openApi } from "./graphql.js";
import { plainOf } from "./plain.js";
import { columns } from "./types.js";
import { type Database, field, followed, type Metadata, openDatabase, openStores, rowsOf, type Seen, tableOf, typesOf } from "./world.js";

jest.setTimeout(600_000);

const perTable = 24;
const tables = Array.from({ length: Math.ceil(columns().length / perTable) }, (_, i) => columns().slice(i * perTable, (i + 1) * perTable));

interface Table {
  readonly of: Entity;
  readonly types: readonly FieldType[];
  readonly insert: readonly string[];
}

/** A column for each case, a row for each of its values, and one row of nothing but NULL. */
async function create(database: Database): Promise<readonly Table[]> {
  const made: Table[] = [];
  for (const [n, cases] of tables.entries()) {
    const name = `t${n}`;
    await database.run(`CREATE TABLE ${name} (id BIGINT PRIMARY KEY, ${cases.map(({ type }, i) =>
      `v${i} ${type}${/NULL/.test(type) ? "" : " NULL"}`).join(", ")}) ROW_FORMAT = DYNAMIC`);
    const types = await typesOf(database, name, cases);
    const fields = Object.fromEntries(types.map((type, i) => [`v${i}`, field(type)]));
    const rows = Math.max(...cases.map(({ values }) => values.length)) + 1;
    made.push({
      types, of: tableOf(name, ["id"], { id: int64("public", "Key."), ...fields }),
      insert: Array.from({ length: rows }, (_, id) =>
        `INSERT INTO ${name} VALUES (${[id, ...cases.map(({ values }) => values[id] ?? "NULL")].join(", ")})`),
    });
  }
  return made;
}

/** What MySQL itself has, by table, id and column. */
async function plainly(database: Database, { of, types }: Table): Promise<Value[][]> {
  const reads = types.map(plainOf);
  const rows = await database.list(`SELECT ${reads.map(({ sql }, i) => sql(`v${i}`)).join(", ")} FROM ${of.table} ORDER BY id`);
  return rows.map((row) => row.map((shown, i) => (shown === null ? null : reads[i]!.value(shown))));
}

describe.each<Metadata>(["FULL", "MINIMAL"])("invariants 8 and 9, every MySQL type, with metadata %s", (metadata) => {
  let database: Database, made: readonly Table[], catalog: Catalog;
  let streamed: readonly Seen[], copied: ReadonlyMap<string, readonly Seen[]>;

  beforeAll(async () => {
    database = await openDatabase(`sluice_kinds_${metadata.toLowerCase()}`, metadata);
    made = await create(database);
    catalog = catalogOf(made.map(({ of }) => of), totesys);
    ({ streamed, copied } = await followed(database, catalog, async () => {
      for (const sql of made.flatMap(({ insert }) => insert)) await database.run(sql);
    }));
  });
  afterAll(async () => database?.[Symbol.asyncDispose]());

  test("snapshot and stream have MySQL's value of each, in the one spelling of its kind", async () => {
    const wrong: string[] = [];
    let compared = 0;
    for (const table of made) {
      const [live, copy] = [rowsOf(streamed, table.of), rowsOf(copied.get(table.of.table)!, table.of)];
      const wanted = await plainly(database, table);
      expect([live.length, copy.length]).toEqual([wanted.length, wanted.length]);
      for (const [id, values] of wanted.entries()) for (const [i, value] of values.entries()) {
        const [a, b] = [live[id]![`v${i}`], copy[id]![`v${i}`]];
        const isSpelt = value === null || checkOf(table.types[i]!)(value);
        compared++;
        if (a !== value || b !== value || !isSpelt) wrong.push(about(table, i, id, { value, stream: a, snapshot: b, isSpelt }));
      }
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(4_000);
  });

  test("sort keys are in MySQL's order", async () => {
    const wrong: string[] = [];
    for (const table of made) {
      const live = rowsOf(streamed, table.of);
      for (const [i, type] of table.types.entries()) {
        const order = sortKeyOf(type), name = `v${i}`;
        if (!order || ("zeros" in type && type.zeros === "null")) continue;
        const wanted = (await database.list(`SELECT id FROM ${table.of.table} ORDER BY ${name}, id`)).map(([id]) => String(id));
        const keys = new Map(live.map((row) => [row.id, order(row[name]!)]));
        const found = live.map(({ id }) => String(id)).sort((a, b) => {
          const [x, y] = [keys.get(a)!, keys.get(b)!];
          return x < y ? -1 : x > y ? 1 : Number(a) - Number(b);
        });
        if (found.join() !== wanted.join()) wrong.push(`${tables[made.indexOf(table)]![i]!.type}: ${found.join()}, MySQL ${wanted.join()}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("SQLite, Cassandra and Elasticsearch give back each row as it is, and the API shows each value exactly", async () => {
    await using stores = await openStores(catalog);
    const wrong: string[] = [];
    for (const { writer, store } of stores.each) for (const table of made) {
      const rows = rowsOf(streamed, table.of);
      const changes = streamed.filter(({ entity }) => entity === table.of.table) as never;
      expect(await writer.write(changes, new AbortController().signal)).toEqual([]);
      const found = await store.rows!.get(table.of, rows.map(({ id }) => [id as string]));
      for (const [id, row] of rows.entries()) for (const i of table.types.keys()) {
        const [value, held] = [row[`v${i}`], found[id]?.[`v${i}`]];
        if (value !== held) wrong.push(about(table, i, id, { store: store.name, value, held }));
      }
    }
    expect(wrong).toEqual([]);

    const api = openApi(catalog, stores.each[0]!.store);
    for (const table of made) for (const [id, row] of rowsOf(streamed, table.of).entries()) {
      const [query, names] = [table.of.table, table.types.map((_, i) => `v${i}`)];
      const answer = (await api.ask(`{ ${query}(id: "${id}") { ${names.join(" ")} } }`))[query] as Readonly<Record<string, unknown>>;
      for (const [i, type] of table.types.entries()) {
        const value = row[`v${i}`]!, answered = answer[`v${i}`];
        const isRight = type.kind === "geometry" || type.kind === "json" ? await isShown(database, table, i, id, answered)
          : api.valueOf(type, `T${made.indexOf(table)}V${i}`, answered) === value;
        if (!isRight) wrong.push(about(table, i, id, { value, answered }));
      }
    }
    expect(wrong).toEqual([]);
  });
});

/** Documents and shapes have MySQL's own form of JSON to be compared with. */
async function isShown(database: Database, { of, types }: Table, column: number, id: number, answered: unknown): Promise<boolean> {
  const name = `v${column}`, sql = types[column]!.kind === "geometry" ? `ST_AsGeoJSON(${name}, 100, IF(ST_SRID(${name}) = 0, 0, 4))` : name;
  const [[hex]] = await database.list(`SELECT HEX(CONVERT(${sql} USING utf8mb4)) FROM ${of.table} WHERE id = ${id}`) as [[string | null]];
  if (hex === null) return answered === null;
  const text = Buffer.from(hex, "hex").toString("utf8");
  // A number of more digits than JavaScript holds is a text in the API.
  const wanted: unknown = JSON.parse(text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:e-?\d+)?/g, (token) =>
    (token.startsWith('"') || isExact(token) ? token : `"${token}"`)));
  expect(answered).toEqual(wanted);
  return true;
}

/** Whether a number and what JavaScript reads of it have the same digits. */
function isExact(text: string): boolean {
  const digits = (one: string) => one.replace(/e.*/i, "").replace(/\.0+$/, "").replace(/[-.]/g, "").replace(/^0+|0+$/g, "");
  return digits(text) === digits(String(Number(text)));
}

function about({ of }: Table, column: number, id: number, what: object): string {
  const { type, values } = tables[Number(of.table.slice(1))]![column]!;
  return `${type} ${values[id] ?? "NULL"}: ${JSON.stringify(what)}`.slice(0, 400);
}
