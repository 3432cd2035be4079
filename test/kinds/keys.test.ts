import { catalog as catalogOf } from "../../schema/catalog.js";
import { type Entity, type Key, keyOf, keyText } from "../../schema/entity.js";
import type { Value } from "../../schema/fields.js";
import { everyKey, type KeyRange } from "../../schema/position.js";
import { rowCodec } from "../../sync/mysql/row/codec.js";
import { selectChunk, selectKeys } from "../../sync/mysql/row/snapshot-sql.js";
import { isKeyOf } from "../../sync/verify/comparing/held-rows.js";
import { createKeyTables, type KeyTable, keyTexts } from "./key-tables.js";
import { plainOf } from "./plain.js";
import { type Database, followed, type Metadata, openDatabase, rowsOf, type Seen } from "./world.js";

jest.setTimeout(600_000);

describe.each<Metadata>(["FULL", "MINIMAL"])("invariant 8, keys of every kind that can be one, with metadata %s", (metadata) => {
  let database: Database, made: readonly KeyTable[];
  let streamed: readonly Seen[], copied: ReadonlyMap<string, readonly Seen[]>;

  beforeAll(async () => {
    database = await openDatabase(`sluice_keys_${metadata.toLowerCase()}`, metadata);
    made = await createKeyTables(database);
    ({ streamed, copied } = await followed(database, catalogOf(made.map(({ of }) => of)), async () => {
      for (const sql of made.flatMap(({ insert }) => insert)) await database.run(sql);
    }));
  });
  afterAll(async () => database?.[Symbol.asyncDispose]());

  test("stream and copy have MySQL's keys, each once, and a copy in chunks of two rows loses and repeats none", async () => {
    let cases = 0;
    for (const { of, type, column } of made) {
      // MySQL takes the 64th member of a SET for the sign when it sorts, and for 2^63 when it reads an index.
      const plain = plainOf(type), order = of.key.map((name) => (type.kind === "set" && name === "v0" ? "v0 + 0" : name)).join(", ");
      const shown = await database.list(`SELECT ${plain.sql("v0")}, CAST(part AS CHAR) FROM ${of.table} ORDER BY ${order}`);
      const wanted = shown.map(([v0, part]) => ({ v0: plain.value(v0!) as Value, part: String(part) }));
      cases += wanted.length;
      expect([column, keyTexts(rowsOf(copied.get(of.table)!, of), of)]).toEqual([column, keyTexts(wanted, of)]);
      expect([column, keyTexts(rowsOf(streamed, of), of).sort()]).toEqual([column, keyTexts(wanted, of).sort()]);
      expect([column, await inChunks(database, of)]).toEqual([column, keyTexts(wanted, of)]);
      const keys = wanted.map((row) => keyOf(of, row));
      expect([column, keys.map((key) => isKeyOf(of, key))]).toEqual([column, keys.map(() => true)]);
      expect([column, (await byKeys(database, of, keys)).sort()]).toEqual([column, keyTexts(wanted, of).sort()]);
    }
    expect(cases).toBeGreaterThan(1_000);
  });
});

/** Reads the whole table as a copy does, two rows at a time. */
async function inChunks(database: Database, of: Entity): Promise<string[]> {
  const codec = rowCodec(of), found: string[] = [];
  for (let range: KeyRange = everyKey; found.length < 1_000;) {
    const [raws] = await database.server.query(selectChunk(of, database.name, range, 2)) as unknown as [Record<string, never>[]];
    const keys = raws.map((raw) => codec.key(raw));
    found.push(...keys.map(keyText));
    if (keys.length < 2) return found;
    range = { after: keys.at(-1)!, upTo: null };
  }
  throw new Error(`${of.table}: the copy does not end`);
}

async function byKeys(database: Database, of: Entity, keys: readonly Key[]): Promise<string[]> {
  const codec = rowCodec(of);
  const [raws] = await database.server.query(selectKeys(of, database.name, keys)) as unknown as [Record<string, never>[]];
  return raws.map((raw) => keyText(codec.key(raw)));
}
