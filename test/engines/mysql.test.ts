import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { freePorts } from "../../engines/host/ports.js";
import { processOf } from "../../engines/host/process.js";
import type { Running } from "../../engines/running.js";
import { PreflightFailed } from "../../runtime/findings.js";
import { startMysql } from "../support/mysql-server.js";

jest.setTimeout(180_000);

let dataDir: string;
beforeAll(async () => void (dataDir = await mkdtemp(join(tmpdir(), "sluice-mysql-"))));
afterAll(() => rm(dataDir, { recursive: true, force: true }));

async function query(url: string, sql: string): Promise<unknown> {
  const connection = await createConnection(url);
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return Array.isArray(rows) ? rows[0] : rows;
  } finally {
    await connection.end();
  }
}

/** Writes down another owner, as if another process had started the server. */
async function changeOwner(owner: Running["owner"]): Promise<void> {
  const file = join(dataDir, "running.json");
  const running = JSON.parse(await readFile(file, "utf8")) as Running;
  await writeFile(file, JSON.stringify({ ...running, owner }));
}

test("a server's data stays when it is stopped, is left running with keep, and is emptied with fresh", async () => {
  const lines: string[] = [];
  const first = await startMysql({ dataDir, onProgress: (line) => lines.push(line) });
  await query(first.url, "CREATE DATABASE kept");
  expect(await query(first.url, "SELECT @@binlog_row_metadata m, @@gtid_mode g, @@bind_address b")).toEqual({
    m: "FULL", g: "ON", b: "127.0.0.1",
  });
  expect(lines.join("\n")).not.toContain(new URL(first.url).password);
  expect(lines.at(-1)).toMatch(/^mysql: ready in [\d.]+ s at mysql:\/\/root:\*\*\*@127\.0\.0\.1:\d+\/$/);
  for (const secret of ["password", "running.json", "log"]) expect((await stat(join(dataDir, secret))).mode & 0o077).toBe(0);
  await first.stop();
  expect(processOf(first.pid ?? 0)).toBeNull();
  expect(existsSync(join(dataDir, "running.json"))).toBe(false);

  const second = await startMysql({ dataDir, keep: true });
  expect(await query(second.url, "SHOW DATABASES LIKE 'kept'")).toBeDefined();
  await second.stop();
  const third = await startMysql({ dataDir });
  expect(third).toMatchObject({ url: second.url, pid: second.pid });
  await third.stop();
  expect(processOf(third.pid ?? 0)).toBeNull();

  const fourth = await startMysql({ dataDir, fresh: true });
  expect(await query(fourth.url, "SHOW DATABASES LIKE 'kept'")).toBeUndefined();
  await fourth.stop();
});

test("a server whose starter was killed is taken over by the next start", async () => {
  const orphan = await startMysql({ dataDir });
  await changeOwner({ pid: process.pid, started: "an earlier process" });
  const next = await startMysql({ dataDir });
  expect(next.pid).toBe(orphan.pid);
  await next.stop();
  expect(processOf(next.pid ?? 0)).toBeNull();
});

test("a server that died is started again on its data", async () => {
  const first = await startMysql({ dataDir });
  await query(first.url, "CREATE DATABASE survivor");
  process.kill(first.pid ?? 0, "SIGKILL");
  while (processOf(first.pid ?? 0)) await pause(20);
  const second = await startMysql({ dataDir });
  expect(second.pid).not.toBe(first.pid);
  // Programs that know its address find it there again.
  expect(second.url).toBe(first.url);
  expect(await query(second.url, "SHOW DATABASES LIKE 'survivor'")).toBeDefined();
  await first.stop();
  expect(processOf(second.pid ?? 0)).not.toBeNull();
  expect(existsSync(join(dataDir, "running.json"))).toBe(true);
  await second.stop();
});

test("a killed server's number is no obstacle when another process has it by now", async () => {
  const first = await startMysql({ dataDir, keep: true });
  const { what } = JSON.parse(await readFile(join(dataDir, "running.json"), "utf8")) as { what: { pid: number } };
  process.kill(what.pid, "SIGKILL");
  while (processOf(what.pid)) await pause(20);
  await writeFile(join(dataDir, "data", "mysql.sock.lock"), "1\n");
  const second = await startMysql({ dataDir });
  expect(second.url).toBe(first.url);
  await second.stop();
});

test("a server that another process answers for is shared, not stopped and not emptied", async () => {
  const theirs = await startMysql({ dataDir });
  await changeOwner(processOf(process.ppid));
  const ours = await startMysql({ dataDir });
  await ours.stop();
  expect(processOf(theirs.pid ?? 0)).not.toBeNull();
  await expect(startMysql({ dataDir, fresh: true })).rejects.toThrow(`process ${process.ppid} is using the one in ${dataDir}`);
  await theirs.stop();
});

test("servers run side by side, each with its own port and flags", async () => {
  const [port = 0] = await freePorts(1);
  const other = join(dataDir, "other");
  await using main = await startMysql({ dataDir });
  await using second = await startMysql({
    dataDir: other, port, flags: { "skip-log-bin": "", "binlog-row-metadata": "MINIMAL", "server-id": "7" },
  });
  expect(new URL(second.url).port).toBe(String(port));
  expect(await query(main.url, "SELECT @@log_bin l, @@server_id s")).toEqual({ l: 1, s: 1 });
  expect(await query(second.url, "SELECT @@log_bin l, @@binlog_row_metadata m, @@server_id s")).toEqual({ l: 0, m: "MINIMAL", s: 7 });
});

test("a port that something else has taken meanwhile is a finding that says how to go on, and the server's log is not begun "
  + "anew", async () => {
  const first = await startMysql({ dataDir });
  await first.stop();
  const before = await readFile(join(dataDir, "log"), "utf8");
  const taken = createServer().listen(Number(new URL(first.url).port), "127.0.0.1");
  await once(taken, "listening");
  await expect(startMysql({ dataDir })).rejects.toThrow(
    /mysql: its port \d+ is taken by another process\n\s+remedy: end that process; or delete .*ports\.json/,
  );
  await once(taken.close(), "close");
  const again = await startMysql({ dataDir });
  expect(again.url).toBe(first.url);
  expect((await readFile(join(dataDir, "log"), "utf8")).startsWith(before)).toBe(true);
  await again.stop();
});

test("a server that cannot start is reported with the end of its log and the remedy, and leaves nothing running", async () => {
  const failure: unknown = await startMysql({ dataDir, flags: { "no-such-option": "1" } }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(PreflightFailed);
  expect(String(failure)).toMatch(/mysql: ended while it was starting \(code 1\)[^]*unknown variable 'no-such-option=1'[^]*remedy: /);
  expect(existsSync(join(dataDir, "running.json"))).toBe(false);
});

test("a process that a killed start left making the data is ended by the next start", async () => {
  const maker = spawn("sleep", ["600"]);
  await writeFile(join(dataDir, "making.json"), JSON.stringify(processOf(maker.pid!)));
  await expect(startMysql({ dataDir, flags: { "no-such-option": "1" } })).rejects.toThrow();
  expect(processOf(maker.pid!)).toBeNull();
  expect(existsSync(join(dataDir, "making.json"))).toBe(false);
});

test("a start that is given up leaves nothing running", async () => {
  await expect(startMysql({ dataDir, signal: AbortSignal.timeout(300) })).rejects.toThrow();
  expect(existsSync(join(dataDir, "running.json"))).toBe(false);
});
