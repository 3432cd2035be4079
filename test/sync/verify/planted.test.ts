import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keyText, type Row } from "../../../schema/entity.js";
import { totesys } from "../../support/totesys.js";
import { namedByEngine } from "../../../stores/named.js";
import { runSync } from "../../../sync/main.js";
import { type Difference, formatDifference, type Report } from "../../../sync/verify/report/report.js";
import { runCli } from "../../support/cli.js";
import { openSystem, type System } from "../../support/system.js";
import { plant, type Plan, planted } from "./plant.js";

jest.setTimeout(300_000);

const salesOrder = totesys.entity("sales_order");
const folder = mkdtempSync(join(tmpdir(), "sluice-planted-"));
let system: System;
const stop = new AbortController();
let syncing: Promise<void>;
beforeAll(async () => {
  system = await openSystem("planted", 2_500);
  syncing = runSync(
    { mysql: system.mysql, stores: system.stores.map(namedByEngine), syncHost: "127.0.0.1", syncPort: 0, maxRejections: 1_000 },
    stop.signal, folder,
  );
  syncing.catch(() => undefined);
});
afterAll(async () => {
  stop.abort();
  await syncing;
  await system[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** The oldest orders, which the trade no longer touches. */
const plan: Plan = { wrong: "1", missing: "2", ghost: "4242424242", stale: "3" };

test("under live load nothing is named that is only being written; everything planted in each store is, with key, column and both values, "
  + "and nothing else", async () => {
  await using _ = system.trade(20);
  const { equal: was, differences: before } = await system.verified();
  expect({ was, before: before.map(formatDifference) }).toEqual({ was: true, before: [] });
  for (const store of system.stores) await plant(store, plan);
  const [wrong, stale] = (await system.source.rows(salesOrder, [[plan.wrong], [plan.stale]])) as [Row, Row];
  const { equal, differences, tables } = await system.verified();
  expect(equal).toBe(false);
  const about = (store: string) => ({ store, table: "sales_order" });
  const inRows = (store: string): Difference[] => [
    { ...about(store), key: [plan.wrong], kind: "value", field: "unit_price", source: wrong.unit_price!, found: planted.price },
    { ...about(store), key: [plan.missing], kind: "missing" },
    { ...about(store), key: [plan.ghost], kind: "ghost" },
  ];
  const entry = (store: string) => ({ ...about(store), lookup: "sales_order_by_staff_id", key: [plan.stale] });
  const listed = (store: string): Difference => ({
    ...entry(store),
    kind: "value",
    field: "staff_id",
    source: stale.staff_id!,
    found: planted.staff,
  });
  const expected: Record<string, readonly Difference[]> = {
    // The index lists the row where it is not, and misses it where it is. It also has rows that SQL inserted or deleted, and should not.
    embedded: [...inRows("embedded"), listed("embedded"), { ...entry("embedded"), kind: "missing" }],
    cassandra: [...inRows("cassandra"), listed("cassandra")],
    elasticsearch: [...inRows("elasticsearch"), { ...about("elasticsearch"), key: [`${plan.stale}-again`], kind: "ghost" }],
  };
  const inOrder = (of: readonly Difference[]) => of.map((each) => formatDifference(each)).sort();
  for (const store in expected) {
    const found = differences.filter((each) => each.store === store);
    // Rows planted by SQL take their entries in SQLite's indexes along.
    const own = found.filter(({ lookup, key }) => lookup === undefined || keyText(key) === plan.stale);
    expect(inOrder(own)).toEqual(inOrder(expected[store]!));
    if (store !== "embedded") expect(found).toHaveLength(own.length);
  }
  for (const { table, differences: number } of tables) if (table !== "sales_order") expect(number).toBe(0);
});

test("invariant 4: --repair makes it as MySQL has it, while sync runs and trade goes on, and every act is audited", async () => {
  await using _ = system.trade(20);
  const place = ["--mysql", system.mysql.href, "--stores", system.stores.join(","), "--data-dir", folder];
  const { code, stdout, stderr } = await runCli(["verify", "--repair", "--json", ...place]);
  const { differences, repaired, tables } = JSON.parse(stdout) as Report;
  expect({ code, stderr, left: differences.map(formatDifference) }).toEqual({ code: 0, stderr: "", left: [] });
  for (const store of ["embedded", "cassandra", "elasticsearch"]) {
    const keys = new Set(repaired.filter((each) => each.store === store).map(({ key }) => keyText(key)));
    expect([...keys].sort()).toEqual([
      plan.wrong, plan.missing, store === "elasticsearch" ? `${plan.stale}-again` : plan.stale, plan.ghost,
    ]);
    expect(tables.find((each) => each.store === store && each.table === "sales_order")!.repaired).toBeGreaterThanOrEqual(4);
  }

  const lines = readFileSync(
    join(folder, "audit.jsonl"), "utf8",
  ).trim().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
  const acts = lines.filter((line) => "act" in line);
  expect(acts).toContainEqual(expect.objectContaining({
    act: "repair", store: "cassandra", entity: "sales_order", key: [plan.wrong], reason: expect.stringMatching(/unit_price is "0.07"/),
    before: expect.objectContaining({ unit_price: planted.price }),
  }));
  for (const { id } of acts) expect(lines.filter((line) => line.id === id && "outcome" in line)).toHaveLength(1);
  // Repairs lose to later changes: rows that are still written are as MySQL has them.
  await system.query(
    `UPDATE sales_order SET units_sold = units_sold + 1 WHERE sales_order_id IN (${plan.wrong}, ${plan.missing}, ${plan.stale})`,
  );
  const after = await system.verified();
  expect({ equal: after.equal, differences: after.differences.map(formatDifference) }).toEqual({ equal: true, differences: [] });
});
