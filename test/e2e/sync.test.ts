import { PreflightFailed } from "../../runtime/findings.js";
import { type Row, keyOf } from "../../schema/entity.js";
import { totesys } from "../../schema/totesys/catalog.js";
import { openSink } from "../../stores/open.js";
import type { Store } from "../../stores/ports.js";
import { formatDifference } from "../../sync/verify/report.js";
import { runSync } from "../../sync/main.js";
import { storedStatus } from "../../sync/status.js";
import { openSystem, type System } from "../support/system.js";

jest.setTimeout(300_000);

const unstopped = new AbortController().signal;
const salesOrder = totesys.entity("sales_order");
let system: System;
beforeAll(async () => void (system = await openSystem("sync", 4_000)));
afterAll(() => system[Symbol.asyncDispose]());

/** A sync of this process, drained at the end of the scope. */
function syncing(): AsyncDisposable & { readonly ended: Promise<void> } {
  const stop = new AbortController();
  const ended = runSync({ mysql: system.mysql, stores: [...system.stores], syncHost: "127.0.0.1", syncPort: 0, maxRejections: 1_000 }, stop.signal);
  ended.catch(() => undefined);
  return {
    ended,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

test("invariants 3 and 8: copied while it is traded, then followed, every table is equal in every store", async () => {
  await using trading = system.trade(60);
  await using _ = syncing();
  // Also while it changes: what is under way is no difference.
  const under = await system.verified();
  expect(under.differences.map(formatDifference)).toEqual([]);
  const { rows } = await trading.end();
  const report = await system.verified();
  expect(report.differences.map(formatDifference)).toEqual([]);
  expect(report.equal).toBe(true);
  expect(report.tables).toHaveLength(33);
  for (const { rows: compared } of report.tables) expect(compared).toBeGreaterThan(0);
  expect(rows.inserted).toBeGreaterThan(100);
  expect(rows.deleted).toBeGreaterThan(0);
  for (const status of await system.reading(storedStatus)) expect(status).toMatchObject({ state: "streaming", error: null });
});

test("a restart goes on from the stored position, with what happened meanwhile, and a table emptied is empty everywhere", async () => {
  await system.query("UPDATE payment SET paid = NOT paid");
  await system.query("SET FOREIGN_KEY_CHECKS = 0");
  await system.query("TRUNCATE TABLE purchase_order");
  await system.query("UPDATE transaction SET purchase_order_id = NULL");
  await system.query("UPDATE counterparty SET commercial_contact = CONCAT('Zoë ', counterparty_id), delivery_contact = NULL");
  await using _ = syncing();
  const report = await system.verified();
  expect(report.differences.map(formatDifference)).toEqual([]);
  expect(report.tables.filter(({ table }) => table === "purchase_order").map(({ rows }) => rows)).toEqual([0, 0, 0]);
});

test("verify finds what is planted in each store: a wrong value, a missing row, a ghost, a stale entry", async () => {
  const key = (n: number) => system.reading(async ([store]) => keyOf(salesOrder, (await some(store!, n))));
  const [wrong, missing, moved] = [await key(0), await key(1), await key(2)];
  const [row, gone, listed] = await system.source.rows(salesOrder, [wrong, missing, moved]) as [Row, Row, Row];
  const version = Date.now() * 1000 + 60_000_000;
  const elsewhere = { ...listed, staff_id: "777777" };
  for (const url of system.stores) {
    await using sink = await openSink(url, totesys);
    const planted = [
      { op: "update" as const, key: wrong, before: row, after: { ...row, unit_price: "0.07" } },
      { op: "delete" as const, key: missing, before: gone, after: null },
      { op: "create" as const, key: ["4242424242"], before: null, after: { ...row, sales_order_id: "4242424242" } },
      // A writer that does not say where the row was leaves the entry behind.
      { op: "update" as const, key: moved, before: elsewhere, after: elsewhere },
      { op: "update" as const, key: moved, before: listed, after: listed },
    ];
    expect(await sink.write(planted.map((change, i) => ({ ...change, entity: "sales_order", version: version + i })), unstopped)).toEqual([]);
  }
  const { equal, differences } = await system.verified(0);
  expect(equal).toBe(false);
  for (const store of ["embedded", "cassandra", "elasticsearch"]) {
    const found = differences.filter((d) => d.store === store && d.lookup === undefined);
    expect(found).toEqual(expect.arrayContaining([
      { store, table: "sales_order", key: wrong, kind: "value", field: "unit_price", source: row.unit_price, found: "0.07" },
      { store, table: "sales_order", key: missing, kind: "missing" },
      { store, table: "sales_order", key: ["4242424242"], kind: "ghost" },
    ]));
    expect(found).toHaveLength(3);
  }
  expect(differences).toContainEqual(expect.objectContaining({ store: "cassandra", lookup: "sales_order_by_staff_id", key: moved, field: "staff_id", found: "777777" }));
});

test("everything that keeps sync from starting is found at once", async () => {
  const stores = [new URL("elasticsearch://127.0.0.1:2/nowhere"), ...system.stores.slice(0, 2)];
  const refused = runSync({ mysql: new URL("mysql://root@127.0.0.1:1/totesys"), stores, syncHost: "127.0.0.1", syncPort: 0, maxRejections: 1 }, unstopped);
  const { findings } = await refused.catch((error: unknown) => error) as PreflightFailed;
  expect(findings.map(({ where }) => where)).toEqual([expect.stringMatching(/127\.0\.0\.1:1$/), expect.stringMatching(/127\.0\.0\.1:2/)]);
});

async function some(store: Store, n: number): Promise<Row> {
  for await (const rows of store.audit.rows(salesOrder)) return rows[n]!.row;
  throw new Error("no rows");
}
