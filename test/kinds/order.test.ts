import { catalog as catalogOf } from "../../schema/catalog.js";
import type { Change } from "../../schema/change.js";
import { type Entity, entryOf, type Lookup, type Row } from "../../schema/entity.js";
import type { FieldType } from "../../schema/fields.js";
import { sortKeyOf } from "../../schema/kinds/kinds.js";
import type { RowStore } from "../../stores/ports.js";
import { int64, reference } from "../support/declare.js";
import { keyColumns } from "./types.js";
import { type Database, field, followed, openDatabase, openStores, rowsOf, tableOf, typesOf } from "./world.js";

jest.setTimeout(600_000);

const group = tableOf("group_of", ["id"], { id: int64("public", "Key.") });
/** SQLite keeps a decimal, and every store a choice, by its own text. */
const ownText: readonly string[] = ["decimal", "choice"];

interface Table {
  readonly of: Entity;
  readonly column: string;
  /** The ids in MySQL's order of the values. */
  readonly wanted: readonly string[];
}

const lookup = (name: string, direction: Lookup["direction"]): Lookup =>
  ({ name, by: "group_id", orderBy: "v0", direction, description: "By the value." });

/** A table for each type that has an order of its own, once. */
async function create(database: Database): Promise<readonly Omit<Table, "wanted">[]> {
  const made: Omit<Table, "wanted">[] = [], seen = new Set<string>();
  for (const [n, column] of keyColumns().entries()) {
    const name = `o${n}`;
    await database.run(`CREATE TABLE ${name} (id BIGINT PRIMARY KEY, group_id BIGINT NOT NULL, v0 ${column.type} NOT NULL)`);
    const [type] = await typesOf(database, name, [column]) as [FieldType];
    const isNew = !seen.has(JSON.stringify(type)) && sortKeyOf(type) && !ownText.includes(type.kind)
      && !("zeros" in type && type.zeros === "null") && (type.kind !== "set" || type.values.length === 64 || type.values.length === 3);
    if (!isNew) continue;
    seen.add(JSON.stringify(type));
    for (const [id, value] of column.values.entries()) await database.run(`INSERT INTO ${name} VALUES (${id}, 7, ${value})`);
    made.push({ column: column.type, of: tableOf(name, ["id"], {
      id: int64("public", "Key."), group_id: reference(group, "public", "The group."), v0: field(type, false),
    }, [lookup(`${name}s`, n % 2 === 0 ? "asc" : "desc")]) });
  }
  return made;
}

test("each store lists rows in MySQL's order of every kind that has one, in both directions and page by page", async () => {
  await using database = await openDatabase("sluice_kinds_order", "FULL");
  const made = await create(database);
  expect(new Set(made.map(({ of }) => of.fields.v0!.type.kind)).size).toBe(14);
  const catalog = catalogOf([group, ...made.map(({ of }) => of)]);
  await database.run("CREATE TABLE group_of (id BIGINT PRIMARY KEY)");
  const { copied } = await followed(database, catalog, async () => undefined);
  await using stores = await openStores(catalog);
  for (const { of, column } of made) {
    const direction = of.lookups[0]!.direction;
    const wanted = (await database.list(`SELECT id FROM ${of.table} ORDER BY v0 ${direction}, id ${direction}`)).map(([id]) => String(id));
    const changes = copied.get(of.table)!.map((change, i) => ({ ...change, op: "create", version: 1_000 + i }) as Change);
    expect(rowsOf(copied.get(of.table)!, of).length).toBe(wanted.length);
    for (const { writer } of stores.each) expect(await writer.write(changes, new AbortController().signal)).toEqual([]);
    await stores.refresh();
    for (const { store } of stores.each) {
      const about = `${store.name} ${column}`;
      expect([about, await paged(store.rows!, of, false)]).toEqual([about, wanted]);
      expect([about, await paged(store.rows!, of, true)]).toEqual([about, wanted]);
    }
  }
});

/** All entries of the list, read two at a time from one of its ends. */
async function paged(rows: RowStore, of: Entity, backward: boolean): Promise<string[]> {
  const [by] = of.lookups as [Lookup];
  let found: readonly Row[] = [];
  for (let more = true; more && found.length < 100;) {
    const last = backward ? found[0] : found.at(-1);
    const slice = await rows.list(of, by, "7", { limit: 2, from: last ? entryOf(of, by, last) : null, backward });
    found = backward ? [...slice.rows, ...found] : [...found, ...slice.rows];
    more = slice.more;
  }
  return found.map(({ id }) => String(id));
}
