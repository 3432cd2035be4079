import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, createConnection } from "mysql2/promise";
import type { Engine } from "../../engines/engine.js";
import { migrate } from "../../migrations/migrate.js";
import { totesys } from "../support/totesys.js";
import { openSink } from "../../stores/open.js";
import { Tunnel } from "../stores/cassandra/tunnel.js";
import { runCli, type RunningCli, startCli } from "../support/cli.js";
import { startMysql } from "../support/mysql-server.js";

jest.setTimeout(180_000);

const folder = mkdtempSync(join(tmpdir(), "sluice-operate-"));
const store = new URL(`sqlite://${folder}/store.db`);
let [server, mysql, url] = [null as unknown as Engine, null as unknown as Connection, null as unknown as URL];

beforeAll(async () => {
  server = await startMysql({ dataDir: join(folder, "mysql"), fresh: true });
  url = new URL("/totesys", server.url);
  await migrate(url);
  mysql = await createConnection(url.href);
  await insert(1, 2, 3);
});
afterAll(async () => {
  await mysql.end();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const place = () => ({ SLUICE_MYSQL_URL: url.href, SLUICE_STORES: store.href, SLUICE_DATA_DIR: folder, SLUICE_SYNC_PORT: "0" });

async function insert(...ids: readonly number[]): Promise<void> {
  for (const id of ids) await mysql.query(
    "INSERT INTO design (design_id, design_name, file_location, file_name) VALUES (?, 'Tote', '/art', 'a.png')", [id],
  );
}

async function sluice(
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  return runCli(args, place());
}

interface Told {
  readonly running: boolean;
  readonly pipelines: readonly {
    state: string; lagMs: number; rows: number; bytesBehind: number; deadLetters: number; position: { gtids: string; offset: number };
    forecast: { kind: string; missing?: string; forMs: number };
  }[];
}

async function status(): Promise<Told["pipelines"][number] & { readonly running: boolean; readonly code: number | null }> {
  const { code, stdout } = await sluice("status", "--json");
  const { running, pipelines } = JSON.parse(stdout) as Told;
  return { running, code, ...pipelines[0]! };
}

/** A sync of the built command, stopped at the end of the scope. */
async function syncing(settings: Readonly<Record<string, string>> = {}): Promise<AsyncDisposable & RunningCli & { said(): string }> {
  const running = startCli(["sync"], { ...place(), ...settings });
  let said = "";
  running.process.stderr!.on("data", (text: string) => { said += text; });
  const ended = { is: false };
  void running.ended.then(() => { ended.is = true; });
  while (!ended.is) {
    const told = await status().catch(() => null);
    if (told?.running && told.state === "streaming") break;
  }
  return {
    ...running,
    said: () => said,
    async [Symbol.asyncDispose]() {
      running.process.kill("SIGTERM");
      expect(await running.ended).toMatchObject({ code: 0 });
    },
  };
}

async function until(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) continue;
}

test("a running sync is asked for its status, paused, resumed and drained", async () => {
  {
    await using _ = await syncing();
    const begun = await status();
    expect(begun).toMatchObject({ code: 0, running: true, state: "streaming", rows: 3, deadLetters: 0, forecast: { kind: "possible" } });
    expect(begun.forecast.forMs).toBeGreaterThan(29 * 86_400_000);

    expect(JSON.parse((await sluice("pause", "--json")).stdout)).toMatchObject([{ done: true, state: "paused" }]);
    await insert(4, 5);
    const paused = await status();
    expect(paused).toMatchObject({ state: "paused", rows: 3 });
    expect(paused.bytesBehind).toBeGreaterThan(200);
    expect((await status()).lagMs).toBeGreaterThan(paused.lagMs + 500);
    expect((await sluice("resume")).stdout).toMatch(/embedded +streaming/);
    expect((await sluice("verify")).code).toBe(0);
    expect(await status()).toMatchObject({ state: "streaming", rows: 5 });

    expect((await sluice("drain", "embedded")).stdout).toMatch(/embedded +drained/);
    expect(await sluice("pause", "cassandra")).toMatchObject({
      code: 2, stderr: expect.stringMatching(/no pipeline is named "cassandra"/),
    });
    expect(await sluice("resnapshot", "--store", "embedded")).toMatchObject({
      code: 2, stderr: expect.stringMatching(/running.*remedy: stop it/s),
    });
  }
  // The address and the token are gone with the process.
  expect(await sluice("pause")).toMatchObject({
    code: 2, stderr: expect.stringMatching(/no running sync answers: none has announced itself/),
  });
  expect(await status()).toMatchObject({ code: 1, running: false, state: "stopped" });
});

test("MySQL away: sync and status say so, with where and the remedy, and go on by themselves once it answers", async () => {
  await using tunnel = await Tunnel.to(url);
  const through = new URL(tunnel.url);
  through.pathname = url.pathname;
  await using running = await syncing({ SLUICE_MYSQL_URL: through.href });
  await tunnel.cut();
  await until(async () => (await status()).state === "retrying");
  const told = await runCli(["status"], { ...place(), SLUICE_MYSQL_URL: through.href });
  expect(told).toMatchObject({ code: 1, stdout: expect.stringMatching(
    /embedded: mysql 127\.0\.0\.1:\d+: .*ECONNREFUSED.*Remedy: start the server.*binary log: not asked \(mysql /s,
  ) });
  await tunnel.restore();
  await until(async () => (await status()).state === "streaming");
  expect(running.said()).toMatch(/the source does not answer; trying again until it does.*the source answers again/s);
});

test("a second sync in one data folder is refused, also on another port, and the first is still found", async () => {
  await using _ = await syncing();
  const second = await sluice("sync", "--stores", `sqlite://${folder}/another.db`);
  expect(second).toMatchObject({ code: 2, stderr: expect.stringMatching(
    /sync\.json: sync process \d+ at http:\S+ runs with this data folder\s+remedy: end it, or give this one a folder of its own/,
  ) });
  expect(await status()).toMatchObject({ running: true, state: "streaming" });
});

test("a purged position: forecast, named with the choices where that is wanted, and healed by copying every table again", async () => {
  await insert(6);
  await mysql.query("DELETE FROM design WHERE design_id = 1");
  const [[lost]] = await mysql.query<never[]>("SELECT @@gtid_executed AS gtids") as unknown as [[{ gtids: string }]];
  await mysql.query("FLUSH BINARY LOGS");
  const [logs] = await mysql.query("SHOW BINARY LOGS") as unknown as [{ Log_name: string }[]];
  await mysql.query("PURGE BINARY LOGS TO ?", [logs.at(-1)!.Log_name]);
  await insert(7);

  const number = Number(/(\d+)$/.exec(lost.gtids)![1]);
  const missing = new RegExp(`${lost.gtids.slice(0, 36)}:${number - 1}-${number}`);
  expect(await status()).toMatchObject({ code: 1, running: false, forecast: { kind: "gone", missing: expect.stringMatching(missing) } });
  expect((await sluice("status")).stdout).toMatch(/cannot resume: purged before it was read/);
  const refused = await sluice("sync", "--on-purged", "stop");
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(missing);
  expect(refused.stderr).toMatch(/restore those binary log files.*--on-purged resnapshot.*empty the store/s);
  expect(refused.stderr).not.toMatch(/\n {4}at /);

  expect(await sluice("resnapshot", "design", "--store", "embedded")).toMatchObject({
    code: 2, stderr: expect.stringMatching(/gone.*name no table/s),
  });
  expect(await sluice("resnapshot", "desing", "--store", "embedded")).toMatchObject({
    code: 2, stderr: expect.stringMatching(/no table is named "desing"/),
  });
  await using running = await syncing();
  expect(running.said()).toMatch(
    /which rows they changed cannot be known, so every table is copied again, while readers keep what is there/,
  );
  // The sweep removes the row that was deleted in what was purged.
  expect(await sluice("verify")).toMatchObject({ code: 0 });
});

test("one table is copied again, the others go on from where they were", async () => {
  {
    await using sink = await openSink(store);
    const progress = await sink.progress();
    const version = progress!.position.version + 1;
    const writer = await sink.prepare(totesys);
    await writer.write([{ op: "delete", entity: "design", key: ["2"], before: null, after: null, version }], new AbortController().signal);
  }
  await mysql.query("INSERT INTO currency (currency_id, currency_code) VALUES (1, 'GBP')");
  expect((await sluice("verify", "--wait", "0")).code).toBe(1);
  const { code, stdout } = await sluice("resnapshot", "design", "--store", "embedded", "--json");
  expect({ code, said: JSON.parse(stdout) as unknown }).toMatchObject({
    code: 0, said: { tables: ["design"], progress: { copied: { currency: "done" } } },
  });
  {
    await using _ = await syncing();
    expect(await sluice("verify")).toMatchObject({ code: 0 });
  }
});

test("of a key range the rows are copied again and what is gone is taken out; the others stay as they are, and bad input is found at "
  + "once", async () => {
  await insert(11, 12, 13, 14, 15);
  {
    await using _ = await syncing();
    expect(await sluice("verify")).toMatchObject({ code: 0 });
  }
  const ghost = {
    design_name: "Ghost", file_location: "/", file_name: "x", created_at: "2026-01-01T00:00:00.000000Z",
    last_updated: "2026-01-01T00:00:00.000000Z",
  };
  {
    await using sink = await openSink(store);
    const progress = await sink.progress();
    const version = progress!.position.version + 1;
    // Wrong rows and ghosts, within and beyond the range.
    const writer = await sink.prepare(totesys);
    await writer.write(["12", "14", "812", "900"].map((design_id) => ({
      op: "create" as const, entity: "design", key: [design_id], before: null, after: { design_id, ...ghost }, version,
    })), new AbortController().signal);
  }
  expect(await sluice("resnapshot", "design", "currency", "--store", "embedded", "--where", "design_id = 1")).toMatchObject({
    code: 2, stderr: expect.stringMatching(/it is about one table, and 2 are named/),
  });
  expect(await sluice("resnapshot", "design", "--store", "embedded", "--where", "design_id = 1 or 1 = 1")).toMatchObject({
    code: 2, stderr: expect.stringMatching(/is not a key range|it is not a key range.*design_id between 1000 and 2000/s),
  });
  expect(await sluice("resnapshot", "design", "--store", "embedded", "--where", "design_id between 13 and 850")).toMatchObject({ code: 0 });
  await using _ = await syncing();
  const keys = async () => (JSON.parse(
    (await sluice("verify", "--json")).stdout,
  ) as { differences: { key: string[]; kind: string }[] }).differences.map(({ key, kind }) => `${key} ${kind}`);
  expect(new Set(await keys())).toEqual(new Set(["12 value", "900 ghost"]));
});

test("status says how long a store could resume from the log", async () => {
  await mysql.query("SET PERSIST binlog_expire_logs_seconds = 60");
  const { forecast } = await status();
  expect(forecast.kind).toBe("possible");
  expect(forecast.forMs).toBeLessThanOrEqual(60_000);
});

test("events the server itself lost: sync ends naming where, also when it is started again; a new copy passes over the place", async () => {
  const end = async () => {
    const { code, stdout, stderr } = await startCli(["sync"], place()).ended;
    return { code, said: stdout + stderr };
  };
  await (await syncing())[Symbol.asyncDispose]();
  // If rows of an engine without transactions do not fit the cache, they are in the table and not in the log, and the log says so.
  await mysql.query("SET GLOBAL max_binlog_stmt_cache_size = 4096, GLOBAL binlog_stmt_cache_size = 4096");
  const other = await createConnection({ uri: url.href });
  await other.query("CREATE TABLE unlogged (v VARCHAR(1000)) ENGINE = MyISAM");
  await expect(
    other.query("INSERT INTO unlogged SELECT REPEAT('x', 1000) FROM design a JOIN design b JOIN design c"),
  ).rejects.toMatchObject({ code: "ER_STMT_CACHE_FULL" });
  await other.end();
  const incident = {
    code: 1,
    said: expect.stringMatching(
      /The source reports an incident in binlog\.\d{6} ending at \d+: Non-transactional changes were not written to the binlog\. Events were lost there/,
    ),
  };
  expect(await end()).toMatchObject(incident);
  expect(await end()).toMatchObject(incident);
  expect(await sluice("resnapshot", "--store", "embedded")).toMatchObject({ code: 0 });
  await using _ = await syncing();
  expect((await sluice("verify")).code).toBe(0);
});

test("a server that was reset: what the store holds beyond it is told, and healed by copying every table again", async () => {
  await mysql.query("RESET BINARY LOGS AND GTIDS");
  await insert(901);
  expect(await status()).toMatchObject({
    code: 1, running: false, forecast: { kind: "ahead", beyond: expect.stringMatching(/^[0-9a-f-]{36}:\d+/) },
  });
  expect((await sluice("status")).stdout).toMatch(/cannot resume: it holds changes this server does not have: /);
  expect(await sluice("resnapshot", "design", "--store", "embedded")).toMatchObject({
    code: 2, stderr: expect.stringMatching(/holds changes this server does not have.*name no table/s),
  });
  await using running = await syncing();
  await until(async () => (await sluice("verify", "--wait", "30")).code === 0);
  expect(running.said()).toMatch(/MySQL no longer has changes this store holds/);
});
