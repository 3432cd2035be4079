import { existsSync, rmSync } from "node:fs";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { openStore } from "../../stores/open.js";
import { formatDifference } from "../../sync/verify/report/report.js";
import { startCli } from "../support/cli.js";
import { defineInCassandra } from "../support/drop.js";
import { engineUrls } from "../support/engines.js";
import { openSystem } from "../support/system.js";

jest.setTimeout(1_200_000);

const fileOf = (url: URL) => decodeURIComponent(url.pathname);

/** A whole copy of the file as it is at this moment. */
function backUp(file: string, to: string): void {
  const db = new Database(file);
  db.exec(`VACUUM INTO '${to}'`);
  db.close();
}

async function removeWithLog(file: string): Promise<void> {
  for (const each of [file, `${file}-wal`, `${file}-shm`]) await rm(each, { force: true });
}

async function deleteIndices({ pathname }: URL): Promise<void> {
  const server = engineUrls().elasticsearch;
  const found = await (await fetch(new URL(`/${pathname.slice(1)}-*`, server))).json() as Record<string, unknown>;
  const { ok } = await fetch(new URL(`/${Object.keys(found).join(",")}`, server), { method: "DELETE" });
  expect(ok).toBe(true);
}

test("invariant 1, of a store that is replaced under the running sync: it goes on from what is there now, without a restart, and so do "
  + "readers", async () => {
  await using system = await openSystem("replaced", 300);
  const [embedded, cassandra, elasticsearch] = system.stores as [URL, URL, URL];
  const file = fileOf(embedded);
  const folder = await mkdtemp(join(tmpdir(), "sluice-replaced-"));
  const place = {
    SLUICE_MYSQL_URL: system.mysql.href, SLUICE_STORES: system.stores.map(({ href }) => href).join(","), SLUICE_DATA_DIR: folder,
    SLUICE_SYNC_PORT: "0",
  };
  const running = startCli(["sync"], place);
  await using _ended = { [Symbol.asyncDispose]: async () => { running.process.kill("SIGKILL"); await running.ended; } };
  let text = "";
  running.process.stderr!.on("data", (part: string) => { text += part; });
  const said = (what: RegExp) => (text.match(what) ?? []).length;
  const until = async (what: string, is: () => boolean) => {
    for (const deadline = Date.now() + 240_000; !is();) {
      if (Date.now() > deadline) throw new Error(`${what} did not come about; sync said ${text}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const equal = async () => expect((await system.verified(240_000)).differences.map(formatDifference)).toEqual([]);
  // A gateway has it open like this, from before all that happens.
  await using reader = await openStore(embedded);
  await using trading = system.trade(20);
  await equal();

  const backup = join(folder, "backup.db");
  backUp(file, backup);
  const replacements: readonly (() => Promise<void>)[] = [
    () => removeWithLog(file),
    () => rename(file, `${file}-moved`),
    async () => {
      await removeWithLog(file);
      await rename(backup, file);
    },
    () => defineInCassandra(cassandra, `DROP KEYSPACE "${cassandra.pathname.slice(1)}"`),
    () => deleteIndices(elasticsearch),
  ];
  const names = ["embedded", "embedded", "embedded", "cassandra", "elasticsearch"];
  for (const [i, replace] of replacements.entries()) {
    const noticed = new RegExp(
      `"pipeline":"${names[i]}","replaced":"[^"]+","msg":"the store was replaced; going on from what is there now"`, "g",
    );
    const before = said(noticed);
    await replace();
    await until(`notice of replacement ${i}`, () => said(noticed) > before);
    await equal();
  }
  expect(existsSync(file)).toBe(true);
  await trading.end();
  await equal();
  await using fresh = await openStore(embedded);
  expect((await reader.progress())!.position).toEqual((await fresh.progress())!.position);
  expect(text).not.toMatch(/cannot go on|broke off/);
  running.process.kill("SIGTERM");
  expect((await running.ended).code).toBe(0);
  rmSync(folder, { recursive: true, force: true });
});
