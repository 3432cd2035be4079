import { PreflightFailed } from "../../runtime/findings.js";
import { namedByEngine } from "../../stores/named.js";
import { runSync } from "../../sync/main.js";
import { storedStatus } from "../../sync/state/status.js";
import { formatDifference } from "../../sync/verify/report/report.js";
import { openSystem, type System } from "../support/system.js";

jest.setTimeout(300_000);

const unstopped = new AbortController().signal;
let system: System;
beforeAll(async () => void (system = await openSystem("sync", 4_000)));
afterAll(() => system[Symbol.asyncDispose]());

/** A sync of this process, drained at the end of the scope. */
function syncing(): AsyncDisposable & { readonly ended: Promise<void> } {
  const stop = new AbortController();
  const ended = runSync(
    { mysql: system.mysql, stores: system.stores.map(namedByEngine), syncHost: "127.0.0.1", syncPort: 0, maxRejections: 1_000 },
    stop.signal,
  );
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
  // The comparison runs while rows change, too: what is under way is no difference.
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
  for (const status of await system.reading(storedStatus)) expect(status).toMatchObject({
    state: "stopped", lagMs: expect.any(Number), error: null,
  });
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

test("everything that keeps sync from starting is found at once", async () => {
  const stores = [new URL("elasticsearch://127.0.0.1:2/nowhere"), ...system.stores.slice(0, 2)].map(namedByEngine);
  const refused = runSync(
    { mysql: new URL("mysql://root@127.0.0.1:1/totesys"), stores, syncHost: "127.0.0.1", syncPort: 0, maxRejections: 1 }, unstopped,
  );
  const { findings } = await refused.catch((error: unknown) => error) as PreflightFailed;
  expect(findings.map(({ where }) => where)).toEqual([expect.stringMatching(/127\.0\.0\.1:1$/), expect.stringMatching(/127\.0\.0\.1:2/)]);
});
