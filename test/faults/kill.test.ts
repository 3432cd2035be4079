import { setTimeout as pause } from "node:timers/promises";
import { GtidSet } from "../../sync/mysql/binlog/gtid.js";
import { storedStatus } from "../../sync/state/status.js";
import { formatDifference } from "../../sync/verify/report/report.js";
import { startCli } from "../support/cli.js";
import { openSystem, type System } from "../support/system.js";

jest.setTimeout(300_000);

let system: System;
beforeAll(async () => void (system = await openSystem("kill", 3_000)));
afterAll(() => system[Symbol.asyncDispose]());

const sync = () => startCli(
  ["sync", "--sync-port", "0"], { SLUICE_MYSQL_URL: system.mysql.href, SLUICE_STORES: system.stores.join(","), SLUICE_LOG: "info" },
);
const stored = async () => (await system.reading(storedStatus)).map(({ state, lagMs, position }) => ({
  state, isWhole: lagMs !== null, executed: GtidSet.parse(position?.gtids ?? ""),
}));

test("invariants 3 and 7: five SIGKILLs under load lose nothing; SIGTERM drains in its time, code 0, position stored", async () => {
  await using trading = system.trade(60);
  // The runs differ in length, so that they end in the snapshot, between it and the stream, and in the stream.
  for (const ms of [2_500, 4_000, 6_000, 3_000, 8_000]) {
    const { process, ended } = sync();
    await pause(ms);
    process.kill("SIGKILL");
    expect(await ended).toMatchObject({ signal: "SIGKILL" });
  }

  const { process, ended } = sync();
  while ((await stored()).some(({ isWhole }) => !isWhole)) await pause(500);
  const first = await stored();
  // Every store moves on under load. However slow the machine is, the stop comes in the midst of that.
  let before = first;
  while (before.some(({ executed }, i) => executed.toString() === first[i]!.executed.toString())) {
    await pause(200);
    before = await stored();
  }
  process.kill("SIGTERM");
  const stopped = await ended;
  expect(stopped).toMatchObject({ code: 0, signal: null });
  expect(stopped.stderr).not.toContain("time to drain is over");
  const after = await stored();
  for (const [i, { state, executed }] of after.entries()) {
    expect(state).toBe("stopped");
    // Invariant 2.
    expect(executed.contains(before[i]!.executed)).toBe(true);
  }

  expect((await trading.end()).transactions).toBeGreaterThan(500);
  const last = sync();
  const report = await system.verified();
  expect(report.differences.map(formatDifference)).toEqual([]);
  expect(report.equal).toBe(true);
  last.process.kill("SIGTERM");
  expect(await last.ended).toMatchObject({ code: 0 });
});
