import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { readRunningProcess } from "../../sync/control/running-process.js";
import { GtidSet } from "../../sync/mysql/binlog/gtid.js";
import { type PipelineStatus, storedStatus } from "../../sync/state/status.js";
import { formatDifference } from "../../sync/verify/report/report.js";
import { runCli, type RunningCli, startCli } from "../support/cli.js";
import { openSystem, type System } from "../support/system.js";

jest.setTimeout(300_000);

const started: RunningCli[] = [];
const folder = mkdtempSync(join(tmpdir(), "sluice-two-"));
let system: System;
beforeAll(async () => void (system = await openSystem("two", 400)));
afterAll(async () => {
  // A frozen process is killed as well, whatever came before.
  for (const each of started) each.process.kill("SIGKILL");
  await system[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

interface Process extends RunningCli {
  /** Null while its main thread does not answer. */
  states(): Promise<readonly PipelineStatus[] | null>;
}

/** Runs a sync on a port and a data folder of its own, as on another machine. */
async function sync(name: string): Promise<Process> {
  const dataDir = join(folder, name);
  const running = startCli(
    ["sync"],
    { SLUICE_MYSQL_URL: system.mysql.href, SLUICE_STORES: system.stores.join(","), SLUICE_SYNC_PORT: "0", SLUICE_DATA_DIR: dataDir },
  );
  started.push(running);
  await until(async () => (await readRunningProcess(dataDir))?.pid === running.process.pid);
  const { url } = (await readRunningProcess(dataDir))!;
  return {
    ...running,
    states: async () => ((await (await fetch(`${url}/health`)).json()) as { pipelines?: PipelineStatus[] }).pipelines ?? null,
  };
}

async function until(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) await pause(100);
}

/** Resolves when every pipeline of the process is in that state. */
async function reaches(process: Process, state: string, but: Readonly<Record<string, string>> = {}): Promise<void> {
  for (const deadline = Date.now() + 120_000; ; await pause(100)) {
    const states = await process.states();
    if (states?.every((each) => each.state === state || each.state === but[each.pipeline])) return;
    if (Date.now() > deadline) expect(states?.map((each) => [each.pipeline, each.state, each.error])).toEqual(
      states?.map(({ pipeline }) => [pipeline, state, null]) ?? state,
    );
  }
}
const positions = async () => (await system.reading(storedStatus)).map(({ position }) => GtidSet.parse(position?.gtids ?? ""));

test("invariants 2 and 7: of two sync processes for the same stores one waits, by name; it takes over when the first is killed or "
  + "frozen, and no position goes back", async () => {
  await using trading = system.trade(40);
  const first = await sync("first");
  await reaches(first, "streaming");
  const reset = await runCli(
    ["resnapshot", "--store", "cassandra", "--data-dir", join(folder, "third")],
    { SLUICE_MYSQL_URL: system.mysql.href, SLUICE_STORES: system.stores.join(",") },
  );
  expect(reset).toMatchObject({
    code: 2, stderr: expect.stringMatching(/sync: a process elsewhere feeds this store \(connection \d+.*remedy: stop it first/s),
  });
  const second = await sync("second");
  await reaches(second, "waiting");
  for (const { error } of (await second.states())!) expect(error).toMatch(
    /another sync process feeds this store \(connection \d+ of mysql .*\); waiting until it ends/,
  );
  await reaches(first, "streaming");

  // It is frozen with writes under way, for longer than its turn lasts in silence; then another process has its place.
  first.process.kill("SIGSTOP");
  let seen = await positions();
  // The file may have been frozen locked.
  await reaches(second, "streaming", { embedded: "retrying" });
  first.process.kill("SIGCONT");
  await reaches(first, "waiting");
  for (let look = 0; look < 10; look++) {
    const now = await positions();
    for (const [i, position] of now.entries()) expect([look, i, position.contains(seen[i]!)]).toEqual([look, i, true]);
    seen = now;
    await pause(200);
  }
  await reaches(second, "streaming");

  second.process.kill("SIGKILL");
  await reaches(first, "streaming");
  await trading.end();
  expect((await system.verified()).differences.map(formatDifference)).toEqual([]);
  first.process.kill("SIGTERM");
  const ended = await first.ended;
  expect(ended.code).toBe(0);
  expect(ended.stderr.match(/another sync process feeds this store; waiting until it ends/g)).toHaveLength(3);
  expect(await second.ended).toMatchObject({ signal: "SIGKILL" });
});
