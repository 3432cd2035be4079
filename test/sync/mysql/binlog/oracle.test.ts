import type { Row, Value } from "../../../../sync/mysql/binlog/event.js";
import { openSource, sourceUrls, type Source } from "./support/support.js";
import { typeCases, type Show, type TypeCase } from "./support/types.js";

jest.setTimeout(120_000);

describe.each(sourceUrls())("invariant 8, every type on %s: the stream gives what SELECT gives", (_, url) => {
  test("each boundary value, and NULL", async () => {
    await using source = await openSource(url);
    await source.run("SET sql_mode=''");
    const tables = chunks(typeCases(source.isMariadb), 24);
    const from = await source.here();
    for (const [n, cases] of tables.entries()) await fill(source, `t${n}`, cases);
    const streamed = new Map<string, Row>();
    for (const event of await source.events(from))
      if (event.type === "rows") for (const { after } of event.rows) streamed.set(`${event.table.table} ${String(after!.id)}`, after!);
    const wrong: string[] = [];
    let compared = 0;
    for (const [n, cases] of tables.entries())
      for (const { id, column, shown } of await selectShown(source, `t${n}`, cases)) {
        const { type, values, show } = cases[column]!, value = format(streamed.get(`t${n} ${id}`)?.[`v${column}`], show);
        compared++;
        if (value !== shown)
          wrong.push(`${type} ${values[id] ?? "NULL"}: stream ${String(value).slice(0, 200)}, SELECT ${String(shown).slice(0, 200)}`);
      }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(tables.flat().reduce((sum, { values }) => sum + values.length + 1, 0));
  });
});

/** One column for each case, one row for each of its values, NULL when it has no more. So rows mix values and NULLs in many ways. */
async function fill(source: Source, table: string, cases: readonly TypeCase[]): Promise<void> {
  await source.run(`CREATE TABLE ${table} (id INT PRIMARY KEY, ${cases.map(({ type }, n) => `v${n} ${type}`).join(", ")})`);
  for (let id = 0; id <= longest(cases); id++)
    await source.run(`INSERT INTO ${table} VALUES (${id}, ${cases.map(({ values }) => values[id] ?? "NULL").join(", ")})`);
}

interface Shown { readonly id: number; readonly column: number; readonly shown: unknown }

async function selectShown(source: Source, table: string, cases: readonly TypeCase[]): Promise<Shown[]> {
  const show = (kind: Show, v: string): string =>
    ({
      text: `CAST(${v} AS CHAR)`, utf8: `HEX(CONVERT(${v} USING utf8mb4))`, hex: `HEX(${v})`, bits: `CAST(${v} + 0 AS CHAR)`, number: v,
    })[kind];
  const sql = `SELECT id, ${cases.map((each, n) => show(each.show, `v${n}`)).join(", ")} FROM ${table}`;
  // Only the binary protocol gives a whole FLOAT; as text it has six digits.
  const [rows] = await source.db.execute({ sql, rowsAsArray: true });
  return (rows as unknown[][]).flatMap(([id, ...values]) => values.map((shown, column) => ({ id: Number(id), column, shown })));
}

function format(value: Value, show: Show): unknown {
  if (value === null || value === undefined) return value;
  switch (show) {
    case "text": case "bits": return String(value);
    case "number": return value;
    case "utf8": return Buffer.from(value as string, "utf8").toString("hex").toUpperCase();
    case "hex": return (value as Buffer).toString("hex").toUpperCase();
  }
}

function longest(cases: readonly TypeCase[]): number {
  return Math.max(...cases.map(({ values }) => values.length));
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size));
}
