import { makers } from "../../generator/fill.js";
import { fill, type FillOptions, fillState, stream, type StreamOptions } from "../../generator/main.js";
import { mix } from "../../generator/stream/mix.js";
import { tables } from "../../generator/tables.js";
import { worldOf } from "../../generator/world.js";
import { migrate } from "../../migrations/migrate.js";
import { PreflightFailed } from "../../runtime/findings.js";
import { freshDatabase, type FreshDatabase } from "../migrations/fresh-database.js";

const unstopped = new AbortController().signal;
const until = Date.UTC(2026, 0, 1);
const quiet = () => undefined;
jest.setTimeout(60_000);

test("one seed gives the same data, whenever it is made; another seed gives other data", async () => {
  await using one = await filled({ rows: 1_000 });
  await using two = await filled({ rows: 1_000 });
  await using other = await filled({ rows: 1_000, seed: 2 });
  const [ones, others] = [await contents(one), await contents(other)];
  expect(await contents(two)).toEqual(ones);
  const equal = Object.keys(ones).filter((table) => JSON.stringify(ones[table]) === JSON.stringify(others[table]));
  expect(equal).toEqual(["currency", "payment_type"]);
  expect(Object.values(ones).flat()).toHaveLength(1_000);

  // The stream too: the same business, with its clock begun at the same instant, on equal databases.
  const options = { start: until, rate: 5_000, transactions: 150 };
  const [done, again] = [await streamed(one, options), await streamed(two, options)];
  expect(again.byBusiness).toEqual(done.byBusiness);
  expect(await contents(two)).toEqual(await contents(one));
  await streamed(one, { ...options, transactions: 10 });
  await streamed(two, { ...options, transactions: 10, seed: 2 });
  expect(await contents(two)).not.toEqual(await contents(one));
});

test("a row is in the database as its maker made it, to the microsecond", async () => {
  await using database = await filled({ rows: 1_000 });
  const world = worldOf(1, 1_000, until * 1_000);
  const moment = (value: unknown) => `${String(value).replace(" ", "T")}Z`;
  for (const { name, key } of Object.values(tables)) {
    const found = await query(database, `SELECT * FROM ${name} ORDER BY ${key}`);
    const rows = found.map((row) => ({
      ...row, created_at: moment(row.created_at), last_updated: moment(row.last_updated), ...("paid" in row && { paid: row.paid === 1 }),
    }));
    expect(rows).toEqual(Array.from({ length: world.shape.counts[name] }, (_, i) => makers[name](world, i + 1)));
  }
});

test("the history is coherent: no row refers to a later one, and sums are right", async () => {
  await using database = await filled({ rows: 5_000 });
  expect(await violations(database)).toEqual([]);
  for (const table of Object.keys(tables)) {
    const [span] = await query(
      database,
      `SELECT COUNT(*) AS n, SUM(last_updated < created_at) AS backwards, SUM(last_updated >= '2026-01-01') AS tooLate FROM ${table}`,
    );
    expect([table, span]).toEqual([table, { n: expect.anything(), backwards: "0", tooLate: "0" }]);
  }
  const [share] = await query(
    database,
    "SELECT SUM(n) / (SELECT COUNT(*) FROM sales_order) AS share FROM (SELECT COUNT(*) AS n FROM sales_order GROUP BY counterparty_id "
      + "ORDER BY n DESC LIMIT 5) AS top",
  );
  expect(Number(share!.share)).toBeGreaterThan(0.3);
});

test("2,000 streamed transactions, on four connections at once, leave every reference, booking and sum whole", async () => {
  await using database = await filled({ rows: 2_000 });
  const before = await contents(database);
  const { transactions, byBusiness, rows } = await streamed(database, { connections: 4, rate: 100_000, transactions: 2_000 });
  expect(transactions).toBe(2_000);
  for (const [business, share] of Object.entries(mix)) {
    expect([business, Math.abs((byBusiness[business as keyof typeof mix] ?? 0) - share * 20) < 60]).toEqual([business, true]);
  }
  expect(await violations(database)).toEqual([]);
  const after = await contents(database);
  const count = (of: typeof before) => Object.values(of).flat().length;
  expect(count(after)).toBe(count(before) + rows.inserted - rows.deleted);
  expect(rows.updated).toBeGreaterThan(500);
});

test("the rate is kept by the clock, and when the database cannot, the stream says how far it is behind", async () => {
  await using database = await filled({ rows: 500 });
  const calm = await streamed(database, { rate: 50, transactions: 50 });
  // A transaction never comes before it is due; how much later depends on the machine.
  expect(calm.seconds).toBeGreaterThan(0.95);
  const seen: number[] = [];
  const rushed = await stream(
    { mysql: database.url, seed: 1, connections: 1, rate: 100_000, transactions: 500 }, unstopped, ({ behindMs }) => seen.push(behindMs),
  );
  expect(rushed.transactions).toBe(500);
  expect(rushed.behindMs).toBeGreaterThan(50);
  expect(seen.at(-1)).toBe(rushed.behindMs);
});

test("an abort ends a stream after the transactions under way and a fill after its one, with nothing half-written", async () => {
  await using database = await filled({ rows: 500 });
  const stop = new AbortController();
  let doneThen = 0;
  const ended = await stream({ mysql: database.url, seed: 1, connections: 2, rate: 200 }, stop.signal, ({ done }) => {
    if (done < 20 || doneThen) return;
    doneThen = done;
    stop.abort();
  });
  // One transaction on each connection was under way.
  expect(ended.transactions - doneThen).toBeLessThanOrEqual(2);
  expect(await violations(database)).toEqual([]);

  await using half = await migrated();
  const soon = new AbortController();
  const stopped = await fill({ mysql: half.url, seed: 1, rows: 100_000, until }, soon.signal, () => soon.abort());
  expect(stopped).toMatchObject({ complete: false });
  expect(Object.values(await contents(half)).flat()).toHaveLength(stopped.rows);
});

test("an interrupted fill is never taken for a whole one: nobody trades on it, and the same fill completes it to the rows it would have "
  + "had", async () => {
  await using whole = await filled({ rows: 6_000 });
  await using half = await migrated();
  const plan = { mysql: half.url, seed: 1, rows: 6_000, until };
  // The abort comes at its first commit, and once more further on.
  for (const rows of [1, 3_000]) {
    const soon = new AbortController();
    expect(await fill(plan, soon.signal, ({ done }) => { if (done >= rows) soon.abort(); })).toMatchObject({ complete: false });
    expect(await fillState(half.url)).toBe("interrupted");
  }
  expect(await refusal(streamed(half, {}))).toMatch(
    /its fill was interrupted, so rows are missing\n\s+remedy: complete it: sluice generate fill --seed 1 --rows 6000 --until 2026-01-01T00:00:00\.000Z/,
  );
  expect(await refusal(fill({ ...plan, rows: 7_000 }, unstopped, quiet))).toMatch(
    /a fill with --seed 1 --rows 6000 .* was interrupted there, and one with --seed 1 --rows 7000 .* is wanted\n\s+remedy: /,
  );
  expect(await fill(plan, unstopped, quiet)).toMatchObject({ complete: true, rows: 6_000 });
  expect(await fillState(half.url)).toBe("filled");
  expect(await contents(half)).toEqual(await contents(whole));

  // The fill was killed after its last row and before it marked the end.
  await half.server.query(`UPDATE \`${half.name}\`.sluice_generator_fill SET whole = FALSE`);
  expect(await fill(plan, unstopped, quiet)).toMatchObject({ complete: true, rows: 6_000 });
  expect(await fillState(half.url)).toBe("filled");
  expect(await refusal(fill(plan, unstopped, quiet))).toMatch(/not empty/);
});

test("progress reaches its total", async () => {
  await using database = await migrated();
  expect(await fillState(database.url)).toBe("empty");
  const seen: { done: number; total: number | null }[] = [];
  await fill({ mysql: database.url, seed: 1, rows: 2_000, until }, unstopped, (at) => seen.push(at));
  expect(seen.at(-1)).toMatchObject({ done: 2_000, total: 2_000 });
  expect(seen.map(({ done }) => done)).toEqual(seen.map(({ done }) => done).sort((a, b) => a - b));
  expect(await fillState(database.url)).toBe("filled");
});

test("a database that is not empty, not migrated or has no parties to trade with is refused with the remedy", async () => {
  await using full = await filled({ rows: 100 });
  await using bare = await freshDatabase("generator");
  await using empty = await migrated();
  await bare.server.query(`CREATE DATABASE \`${bare.name}\``);
  expect(await refusal(fill({ mysql: full.url, seed: 1, rows: 100, until }, unstopped, quiet))).toMatch(
    /not empty: address.*payment have rows\n\s+remedy: .*empty database/,
  );
  expect(await refusal(fill({ mysql: bare.url, seed: 1, rows: 100, until }, unstopped, quiet))).toMatch(/remedy: .*migrate/);
  expect(await refusal(streamed(empty, {}))).toMatch(/counterparty.* have no rows\n\s+remedy: .*fill/);
});

async function migrated(): Promise<FreshDatabase> {
  const database = await freshDatabase("generator");
  await migrate(database.url);
  await database.server.query(`USE \`${database.name}\``);
  return database;
}

async function filled(options: Partial<FillOptions>): Promise<FreshDatabase> {
  const database = await migrated();
  await fill({ mysql: database.url, seed: 1, rows: 500, until, ...options }, unstopped, quiet);
  return database;
}

function streamed(database: FreshDatabase, options: Partial<StreamOptions>) {
  return stream({ mysql: database.url, seed: 1, rate: 100, connections: 1, ...options }, unstopped, quiet);
}

const query = (database: FreshDatabase, sql: string) => database.rows<Record<string, unknown>>(sql);

async function contents(database: FreshDatabase): Promise<Record<string, unknown[]>> {
  const all = Object.values(tables).map(async ({ name, key }) => [
    name, await query(database, `SELECT * FROM ${name} ORDER BY ${key}`),
  ] as const);
  return Object.fromEntries(await Promise.all(all));
}

/** Checks what foreign keys do not: time, bookings and sums. */
async function violations(database: FreshDatabase): Promise<unknown[]> {
  const foreign = await database.rows<{ name: string; field: string; target: string; targetKey: string }>(
    `SELECT table_name AS name, column_name AS field, referenced_table_name AS target, referenced_column_name AS targetKey
     FROM information_schema.key_column_usage WHERE table_schema = ? AND referenced_table_name IS NOT NULL`, [database.name]);
  expect(foreign.length).toBeGreaterThan(0);
  const references = foreign.map(({ name, field, target, targetKey }) =>
    `SELECT '${name}.${field} came before what it names' AS what, mine.* FROM ${name} AS mine JOIN ${target} AS target
     ON target.${targetKey} = mine.${field} WHERE target.created_at > mine.created_at LIMIT 3`);
  const order = "IFNULL(s.units_sold * s.unit_price, p.item_quantity * p.item_unit_price)";
  const rules = [
    "SELECT 'a booking is of one order' AS what, t.* FROM transaction AS t WHERE (sales_order_id IS NULL) + (purchase_order_id IS NULL) "
      + "<> 1 OR (sales_order_id IS NULL) <> (transaction_type = 'PURCHASE')",
    "SELECT 'a sale is booked once' AS what, s.sales_order_id FROM sales_order AS s LEFT JOIN transaction USING (sales_order_id) GROUP "
      + "BY s.sales_order_id HAVING COUNT(transaction_id) <> 1",
    "SELECT 'a purchase is booked once' AS what, p.purchase_order_id FROM purchase_order AS p LEFT JOIN transaction USING "
      + "(purchase_order_id) GROUP BY p.purchase_order_id HAVING COUNT(transaction_id) <> 1",
    `SELECT 'payments add up' AS what, t.transaction_id, ${order} AS due, SUM(payment_amount)
      AS paid FROM transaction AS t LEFT JOIN sales_order AS s USING (sales_order_id)
       LEFT JOIN purchase_order AS p ON p.purchase_order_id = t.purchase_order_id LEFT JOIN payment USING (transaction_id)
       GROUP BY t.transaction_id, due HAVING paid IS NULL OR paid <> due`,
    `SELECT 'the counterparty and currency of a payment are those of its order' AS what, payment.* FROM payment JOIN transaction AS t USING
      (transaction_id) LEFT JOIN sales_order AS s USING (sales_order_id)
       LEFT JOIN purchase_order AS p ON p.purchase_order_id = t.purchase_order_id
       WHERE payment.counterparty_id <> IFNULL(s.counterparty_id, p.counterparty_id) OR payment.currency_id <> IFNULL(s.currency_id,
       p.currency_id)`,
  ];
  const found: unknown[] = [];
  for (const sql of [...references, ...rules]) found.push(...await query(database, sql));
  return found;
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(() => null, (thrown: unknown) => thrown);
  if (!(error instanceof PreflightFailed)) throw error ?? new Error("it was not refused");
  return error.message;
}
