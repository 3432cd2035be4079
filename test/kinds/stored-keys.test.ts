import { catalog as catalogOf, type Catalog } from "../../schema/catalog.js";
import type { Change } from "../../schema/change.js";
import { type Entity, type Key, keyOf, keyText, type Row } from "../../schema/entity.js";
import { everyKey } from "../../schema/position.js";
import type { TableSink } from "../../stores/ports.js";
import { collect, deleted, updated } from "../contract/changes.js";
import { totesys } from "../support/totesys.js";
import { openApi } from "./graphql.js";
import { createKeyTables, type KeyTable, keyTexts } from "./key-tables.js";
import { type Database, followed, openDatabase, type Opened, openStores, rowsOf, type Seen } from "./world.js";

jest.setTimeout(600_000);

const signal = new AbortController().signal;

describe("invariants 4 and 9, keys of every kind that can be one", () => {
  let database: Database, made: readonly KeyTable[], catalog: Catalog, streamed: readonly Seen[], stores: Opened;

  beforeAll(async () => {
    database = await openDatabase("sluice_stored_keys", "FULL");
    // With another column as well where the place in the key matters: texts, bytes, truth values, members and numbers as text.
    made = (await createKeyTables(database)).filter(({ of, column }) => of.key.length === 1
      || /^(VARCHAR|VARBINARY|TINYINT\(1\)|ENUM|BIGINT UNSIGNED)/.test(column));
    catalog = catalogOf(made.map(({ of }) => of), totesys);
    ({ streamed } = await followed(database, catalog, async () => {
      for (const sql of made.flatMap(({ insert }) => insert)) await database.run(sql);
    }));
    stores = await openStores(catalog);
  });
  afterAll(async () => {
    await stores?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  test("the API finds a row by its key", async () => {
    const { writer, store } = stores.each[0]!, api = openApi(catalog, store);
    for (const { of, type, column } of made) {
      await writer.write(streamed.filter(({ entity }) => entity === of.table) as never[], signal);
      const name = of.table.replace(/_(\d)/, "$1");
      for (const row of rowsOf(streamed, of)) {
        const given = typeof row.v0 === "string" ? JSON.stringify(row.v0) : String(row.v0);
        const part = of.key.length > 1 ? `part: "${String(row.part)}", ` : "";
        const { [name]: found } = await api.ask(`{ ${name}(${part}v0: ${given}) { v0 part } }`);
        expect([column, given, found]).toEqual([column, given, { v0: expect.anything(), part: row.part }]);
        const { v0 } = found as { readonly v0: unknown };
        expect([column, api.valueOf(type, `${name.replace("k", "K")}V0`, v0)]).toEqual([column, row.v0]);
      }
    }
  });

  test("each store finds every key, keeps deletes against older writes, sweeps, audits, and has a letter for each", async () => {
    for (const { sink, writer, store } of stores.each) for (const { of, column } of made) {
      const rows = rowsOf(streamed, of), keys = rows.map((row) => keyOf(of, row)), about = `${store.name} ${column}`;
      const creates = streamed.filter(({ entity }) => entity === of.table) as Change[];
      expect([about, await writer.write(creates, signal)]).toEqual([about, []]);
      expect([about, await store.rows!.get(of, keys)]).toEqual([about, rows]);
      await stores.refresh();
      const audited = (await collect(store.audit.rows(of))).map(({ key }) => keyText(key));
      expect([about, audited.sort()]).toEqual([about, keyTexts(rows, of).sort()]);

      const [first, second, ...rest] = rows as [Row, Row, ...Row[]];
      const later = Math.max(...creates.map(({ version }) => version)) + 10, gone = deleted(of, first, later);
      expect(await writer.write([gone, updated(of, second, second, later + 1)], signal)).toEqual([]);
      await writer.write(creates, signal);
      expect([about, await store.rows!.get(of, keys.slice(0, 2))]).toEqual([about, [null, second]]);
      await stores.refresh();
      await sink.sweep(of, gone.version + 1, everyKey);
      await stores.refresh();
      expect([about, await store.rows!.get(of, keys)]).toEqual([about, [null, second, ...rest.map(() => null)]]);
      await lettersOf(about, of, keys, sink);
    }
  });
});

async function lettersOf(about: string, of: Entity, keys: readonly Key[], sink: TableSink) {
  const letters = keys.map((key, i) => ({ entity: of.table, key, version: 1_000 + i, reason: "a test", change: null }));
  await sink.deadLetters.park(letters);
  const found = await sink.deadLetters.of(of.table, keys);
  expect([about, found.map((letter) => letter && keyText(letter.key))]).toEqual([about, keys.map(keyText)]);
  expect([about, await sink.deadLetters.settle(letters)]).toEqual([about, letters.length]);
}
