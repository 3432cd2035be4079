import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { formatDifference } from "../../sync/verify/report/report.js";
import { startCli } from "../support/cli.js";
import { defineInCassandra } from "../support/drop.js";
import { engineUrls } from "../support/engines.js";
import { openSystem } from "../support/system.js";

jest.setTimeout(300_000);

/** Drops payments from each store behind sync's back. */
async function dropPayments([embedded, cassandra, elasticsearch]: readonly URL[]): Promise<void> {
  const db = new Database(decodeURIComponent(embedded!.pathname));
  db.exec("DROP TABLE payment");
  db.close();
  await defineInCassandra(cassandra!, `DROP TABLE "${cassandra!.pathname.slice(1)}".payment`);
  const { ok } = await fetch(new URL(`/${elasticsearch!.pathname.slice(1)}-payment-v1`, engineUrls().elasticsearch), { method: "DELETE" });
  expect(ok).toBe(true);
}

test("invariant 7: a table that every store lost is copied while the log is followed, also when sync is killed in the middle of "
  + "it", async () => {
  await using system = await openSystem("lost", 800);
  const folder = await mkdtemp(join(tmpdir(), "sluice-lost-"));
  const place = {
    SLUICE_MYSQL_URL: system.mysql.href, SLUICE_STORES: system.stores.map(({ href }) => href).join(","), SLUICE_DATA_DIR: folder,
    SLUICE_SYNC_PORT: "0",
  };
  /** Waits until the log has said so three times: once a store. */
  const syncUntil = async (said: RegExp, by: NodeJS.Signals) => {
    const running = startCli(["sync"], place);
    let text = "";
    await new Promise<void>((resolve) => {
      running.process.stderr!.on("data", (part: string) => {
        text += part;
        if ((text.match(said) ?? []).length >= 3) resolve();
      });
      void running.ended.then(() => resolve());
    });
    running.process.kill(by);
    await running.ended;
    return text;
  };
  await syncUntil(/"msg":"every table is copied"/g, "SIGTERM");
  await dropPayments(system.stores);

  await using trading = system.trade(30);
  expect(await syncUntil(/"msg":"copying tables beside the stream"/g, "SIGKILL")).toMatch(
    /"tables":\["payment"\],"msg":"the store has lost these tables; they are copied again"/,
  );
  const again = startCli(["sync"], place);
  expect((await trading.end()).rows.inserted).toBeGreaterThan(0);
  // The comparison waits until the stores are whole, and finds every wrong row.
  const report = await system.verified(120_000);
  expect(report.differences.map(formatDifference)).toEqual([]);
  again.process.kill("SIGTERM");
  const { code, stderr } = await again.ended;
  expect(code).toBe(0);
  expect(stderr).toMatch(/"table":"payment","rows":\d+,"msg":"table copied"/);
  // The others went on from where they were.
  expect([...stderr.matchAll(/"table":"(\w+)","rows":\d+,"msg":"table copied"/g)].every(([, table]) => table === "payment")).toBe(true);
  rmSync(folder, { recursive: true, force: true });
});
