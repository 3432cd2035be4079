import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "@elastic/elasticsearch";
import { readRunningProcess } from "../../sync/control/running-process.js";
import type { PipelineStatus } from "../../sync/state/status.js";
import { formatDifference } from "../../sync/verify/report/report.js";
import { Tunnel } from "../stores/cassandra/tunnel.js";
import { type Ended, runCli, startCli } from "../support/cli.js";
import { engineUrls } from "../support/engines.js";
import { openSystem, type System } from "../support/system.js";

jest.setTimeout(300_000);

const dataDir = mkdtempSync(join(tmpdir(), "sluice-fan-out-"));
let system: System;
beforeAll(async () => void (system = await openSystem("fanout", 400)));
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  rmSync(dataDir, { recursive: true, force: true });
});

interface Syncing extends AsyncDisposable {
  /** /health, by store. */
  health(): Promise<{ readonly code: number; readonly stores: Readonly<Record<string, PipelineStatus>> }>;
  metric(name: string, store: string): Promise<number>;
  /** Sends SIGTERM, and returns how it ended. */
  stop(): Promise<Ended>;
}

async function syncing(stores: readonly URL[]): Promise<Syncing> {
  const running = startCli(
    ["sync"], { SLUICE_MYSQL_URL: system.mysql.href, SLUICE_STORES: stores.join(","), SLUICE_SYNC_PORT: "0", SLUICE_DATA_DIR: dataDir },
  );
  const stop = () => {
    running.process.kill("SIGTERM");
    return running.ended;
  };
  await until(async () => (await readRunningProcess(dataDir))?.pid === running.process.pid);
  const { url } = (await readRunningProcess(dataDir))!;
  return {
    stop,
    async health() {
      const response = await fetch(`${url}/health`);
      const { pipelines } = (await response.json()) as { pipelines: PipelineStatus[] };
      return { code: response.status, stores: Object.fromEntries(pipelines.map((each) => [each.pipeline, each])) };
    },
    async metric(name, store) {
      const text = await (await fetch(`${url}/metrics`)).text();
      return Number(new RegExp(`^${name}\\{pipeline="${store}"\\} (\\S+)`, "m").exec(text)?.[1]);
    },
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}

async function until(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) await pause(100);
}

const rename = (name: string) => system.query(`UPDATE staff SET first_name = '${name}' ORDER BY staff_id LIMIT 5`);

async function takenUp(sync: Syncing, store: string, rows: number): Promise<void> {
  await until(async () => {
    const { state, rows: taken, lagMs } = (await sync.health()).stores[store]!;
    return state === "streaming" && taken! >= rows && lagMs! < 10_000;
  });
}

test("a store that is away when sync starts delays no other, is named, and catches up once it is there", async () => {
  const [embedded, cassandra, elasticsearch] = system.stores as [URL, URL, URL];
  await using tunnel = await Tunnel.to(cassandra);
  await tunnel.cut();
  await using sync = await syncing([embedded, tunnel.url, elasticsearch]);
  await takenUp(sync, "embedded", 400);
  await takenUp(sync, "elasticsearch", 400);
  const { code, stores } = await sync.health();
  expect(code).toBe(503);
  expect(stores.cassandra).toMatchObject({
    state: "retrying", rows: 0,
    error: expect.stringMatching(/127\.0\.0\.1:\d+: cannot be reached: .*ECONNREFUSED.*Remedy: start Cassandra/s),
  });
  expect([await sync.metric("sluice_sync_up", "cassandra"), await sync.metric("sluice_sync_up", "embedded")]).toEqual([0, 1]);
  const told = await runCli(
    ["status", "--data-dir", dataDir], { SLUICE_MYSQL_URL: system.mysql.href, SLUICE_STORES: system.stores.join(",") },
  );
  expect(told).toMatchObject({ code: 1, stdout: expect.stringMatching(/^cassandra +retrying/m) });

  await rename("Ada");
  await takenUp(sync, "embedded", 405);
  await tunnel.restore();
  await takenUp(sync, "cassandra", 400);
  expect(await sync.health()).toMatchObject({ code: 200, stores: { cassandra: { state: "streaming", error: null } } });
  expect((await system.verified()).differences.map(formatDifference)).toEqual([]);
  const ended = await sync.stop();
  expect(ended.code).toBe(0);
  expect(ended.stderr.match(/the store does not answer; trying again until it does/g)).toHaveLength(1);
});

test("a sync that is stopped while a store has never answered stops at once", async () => {
  const [embedded, cassandra] = system.stores as [URL, URL, URL];
  await using tunnel = await Tunnel.to(cassandra);
  await tunnel.cut();
  const sync = await syncing([embedded, tunnel.url]);
  await takenUp(sync, "embedded", 0);
  const ended = await sync.stop();
  expect(ended.code).toBe(0);
  // It has not waited for the store until its time to drain was over.
  expect(ended.stderr).not.toContain("time to drain is over");
});

test("a pipeline that cannot go on stops no other, stays failed with the reason until it is resumed, and is named at the end with code "
  + "1", async () => {
  await using client = clientOf();
  const index = `${system.stores[2]!.pathname.slice(1)}-staff*`;
  {
    const sync = await syncing(system.stores);
    await takenUp(sync, "elasticsearch", 0);
    await client.indices.putSettings({ index, settings: { "index.blocks.write": true } });
    await rename("Grace");
    await until(async () => (await sync.health()).stores.elasticsearch!.state === "failed");
    await rename("Edsger");
    for (const store of ["embedded", "cassandra"]) await takenUp(sync, store, 10);
    const { code, stores } = await sync.health();
    expect(code).toBe(503);
    expect(stores.elasticsearch).toMatchObject({ state: "failed", error: expect.stringMatching(/Remedy: lift the block/) });
    expect([await sync.metric("sluice_sync_failed", "elasticsearch"), await sync.metric("sluice_sync_failed", "embedded")]).toEqual([1, 0]);
    const resume = () => runCli(["resume", "elasticsearch", "--data-dir", dataDir]);
    expect(await resume()).toMatchObject({ code: 1, stdout: expect.stringMatching(/elasticsearch +failed \(.*Remedy: lift the block/s) });
    await client.indices.putSettings({ index, settings: { "index.blocks.write": null } });
    expect(await resume()).toMatchObject({ code: 0, stdout: expect.stringMatching(/elasticsearch +streaming/) });
    expect((await system.verified()).differences.map(formatDifference)).toEqual([]);
    expect(await sync.health()).toMatchObject({ code: 200, stores: { elasticsearch: { state: "streaming", error: null } } });

    await client.indices.putSettings({ index, settings: { "index.blocks.write": true } });
    await rename("Barbara");
    await until(async () => (await sync.health()).stores.elasticsearch!.state === "failed");
    expect(await sync.stop()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/1 of 3 pipelines could not go on:\s+elasticsearch: .*Remedy: lift the block/s),
    });
  }
  await client.indices.putSettings({ index, settings: { "index.blocks.write": null } });
  await using _ = await syncing(system.stores);
  expect((await system.verified()).differences.map(formatDifference)).toEqual([]);
});

test("a store that refuses sync is a finding, beside one that is away and one that is there, and nothing is started", async () => {
  const wrong = new URL(system.stores[1]!);
  wrong.searchParams.set("dc", "nowhere");
  const file = join(dataDir, "untouched.db");
  const stores = [`sqlite://${file}`, wrong.href, "elasticsearch://127.0.0.1:2/nowhere"];
  const ended = await runCli(
    ["sync", "--sync-port", "0", "--data-dir", dataDir], { SLUICE_MYSQL_URL: system.mysql.href, SLUICE_STORES: stores.join(",") },
  );
  expect(ended).toMatchObject({
    code: 2, stderr: expect.stringMatching(/2 problems to mend:.*no data centre "nowhere".*127\.0\.0\.1:2.*remedy: start Elasticsearch/s),
  });
  expect(existsSync(file)).toBe(false);
});

function clientOf(): Client & AsyncDisposable {
  const client = new Client({ node: engineUrls().elasticsearch });
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() });
}
