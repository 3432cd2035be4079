import { catalog } from "../../../../schema/catalog.js";
import type { Change, UnheldChange } from "../../../../schema/change.js";
import type { Field, Value } from "../../../../schema/fields.js";
import { openMysqlSource } from "../../../../sync/mysql/source.js";
import { freshDatabase } from "../../../migrations/fresh-database.js";
import { type TypeCase, typeCases } from "../binlog/support/types.js";
import { entity, boolean, choice, date, decimal, int32, int64, nullable, string, timestamp } from "../../../support/declare.js";

jest.setTimeout(120_000);

/** A column, its field, and how the server's own text of a value reads as the field's. */
interface Pairing { readonly of: TypeCase; readonly field: Field; readonly read: (text: string) => Value }

const same = (text: string): string => text;
const moment = (text: string): string => `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20).padEnd(6, "0")}Z`;

/** Every field type that a column of the reader's table of types can stand for. */
function pairings(of: TypeCase): Pairing[] {
  const { type } = of, sizes = /^DECIMAL\((\d+),(\d+)\)/.exec(type)?.slice(1).map(Number);
  if (/^(TINY|SMALL|MEDIUM|BIG)?INT/.test(type)) return [{
    of, field: int64("public", "."), read: same,
  }, { of, field: int32("public", "."), read: Number },
    ...(type.startsWith("TINYINT") ? [{ of, field: boolean("public", "."), read: (text: string) => text === "1" }] : [])];
  if (type === "BIT(1)") return [{ of, field: boolean("public", "."), read: (text) => text === "1" }];
  if (sizes) return [{ of, field: decimal(sizes[0]!, sizes[1]!, "public", "."), read: same }];
  if (type === "DATE") return [{ of, field: date("public", "."), read: same }];
  if (/^(DATETIME|TIMESTAMP)/.test(type)) return [{ of, field: timestamp("public", "."), read: moment }];
  if (/^(CHAR|VARCHAR|(TINY|MEDIUM|LONG)?TEXT)/.test(type) && of.show === "utf8") return [
    { of, field: string(400_000, "public", "."), read: same }, { of, field: string(50, "public", "."), read: same },
  ];
  if (type.startsWith("ENUM('ä'")) return [{ of, field: choice(["ä", "ö"], "public", "."), read: same }];
  return [];
}

const all = typeCases(false).flatMap(pairings).map((pairing, n) => ({ ...pairing, name: `v${n}` }));
const kinds = [...new Set(all.map(({ field }) => field.type.kind))];

test.each(kinds)("invariant 8, every column that can be a %s: SELECT, snapshot and stream give one value, or one reason why there is "
  + "none", async (kind) => {
  const columns = all.filter(({ field }) => field.type.kind === kind);
  const values = columns.flatMap(({ name, of }) => of.values.map((literal) => ({ name, literal })));
  const things = entity("things", {
    description: "One row for each value.", key: ["id"], owner: { kind: "everyone" },
    fields: { id: int64("public", "Key."), ...Object.fromEntries(columns.map(({ name, field }) => [name, nullable(field)])) },
  });
  await using database = await freshDatabase("fields");
  const { server } = database, stop = new AbortController();
  await server.query(`CREATE DATABASE ${database.name} CHARACTER SET utf8mb4`);
  await server.query(`USE ${database.name}`);
  await server.query("SET sql_mode = ''");
  await server.query(
    "CREATE TABLE things (id BIGINT PRIMARY KEY, "
      + `${columns.map(({ name, of }) => `${name} ${of.type}${/NULL/.test(of.type) ? "" : " NULL"}`).join(", ")}) ROW_FORMAT = DYNAMIC`,
  );
  await using source = openMysqlSource(database.url, catalog([things]), database.name, stop.signal);
  const start = await source.head();
  for (const [id, { name, literal }] of values.entries()) await server.query(`INSERT INTO things (id, ${name}) VALUES (${id}, ${literal})`);
  await server.query(`INSERT INTO things (id) VALUES (${values.length})`);
  const end = await source.head();

  const streamed: (Change | UnheldChange)[] = [], copied: (Change | UnheldChange)[] = [];
  for await (const messages of source.stream(start, stop.signal)) {
    streamed.push(...messages.flatMap((message) => (message.op === "create" || message.op === "unheld" ? [message] : [])));
    if (messages.some((message) => message.op === "commit" && source.reached(message.position, end))) stop.abort();
  }
  for await (const chunk of source.snapshot(things, null, new AbortController().signal)) copied.push(...chunk);
  expect([streamed.length, copied.length]).toEqual([values.length + 1, values.length + 1]);

  let held = 0;
  for (const { name, of, read } of columns) {
    const shown = of.show === "bits" ? `CAST(${name} + 0 AS CHAR)`
      : of.show === "utf8" ? `CONVERT(${name} USING utf8mb4)` : `CAST(${name} AS CHAR)`;
    for (const { id, text } of await database.rows<{ id: string; text: string }>(
      `SELECT id, ${shown} AS text FROM things WHERE ${name} IS NOT NULL`,
    )) {
      const live = streamed[Number(id)]!,
        copy = copied[Number(id)]!,
        about = `${of.type} ${text.slice(0, 60)}`;
      if (live.op === "unheld") expect([about, copy.op, (copy as UnheldChange).reason]).toEqual([about, "unheld", live.reason]);
      else {
        held++;
        expect([about, live.after![name], copy.op === "unheld" ? copy.reason : copy.after![name]]).toEqual([about, read(text), read(text)]);
      }
    }
  }
  expect(held).toBeGreaterThan(0);
  expect((streamed.at(-1) as Change).after).toEqual((copied.at(-1) as Change).after);
});
