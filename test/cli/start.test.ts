import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { isAlive, processOf } from "../../engines/host/process.js";
import type { Running } from "../../engines/running.js";
import { type Ended, runCli, type RunningCli, startCli } from "../support/cli.js";

jest.setTimeout(600_000);

const folder = mkdtempSync(join(tmpdir(), "sluice-start-"));
const dataDir = join(folder, "data");
const anyPort = ["--port", "0", "--operations-port", "0", "--sync-port", "0"];
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const args = (...more: readonly string[]) => ["start", "--data-dir", dataDir, "--rows", "3000", ...anyPort, ...more];

/** A `start`, and what it has printed so far. */
function starting(...more: readonly string[]): RunningCli & { said(what: RegExp): Promise<RegExpExecArray> } {
  const running = startCli(args(...more));
  let text = "";
  for (const stream of [running.process.stdout!, running.process.stderr!]) stream.on("data", (more: string) => { text += more; });
  let ended: Ended | null = null;
  void running.ended.then((end) => { ended = end; });
  return {
    ...running,
    async said(what) {
      for (;;) {
        const found = what.exec(text);
        if (found) return found;
        if (ended) throw new Error(`it ended with code ${ended.code} before it said ${what}: ${text}`);
        await soon();
      }
    },
  };
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 20));

const log = (name: string) => readFileSync(join(dataDir, "logs", `${name}.log`), "utf8");

/** The MySQL of the data folder, as `start` wrote it down. */
const server = () => (JSON.parse(readFileSync(join(dataDir, "engines", "mysql", "running.json"), "utf8")) as Running);

test("a port of 0 is a free one; a second start in the folder is told which process has it; no token is in a log", async () => {
  const first = starting();
  const [, metrics] = await first.said(/metrics {4}(http:\S+)\/metrics \(gateway\)/);
  const [, tokens] = await first.said(/development tokens: (\S+)/);
  expect(await fetch(`${metrics}/health`).then(({ status }) => status)).toBe(200);
  expect(Object.keys(JSON.parse(readFileSync(tokens!, "utf8")) as object)).toContain("administrator");
  expect(statSync(tokens!).mode & 0o077).toBe(0);

  const before = { sync: log("sync"), gateway: log("gateway") };
  for (const more of [[], ["--fresh"]]) {
    expect(await runCli(args(...more))).toMatchObject({
      code: 2, stdout: "",
      stderr: expect.stringMatching(new RegExp(`process ${first.process.pid}, .* works in this folder\\n\\s+remedy: end that one first`)),
    });
  }
  expect(await runCli(["up", "--data-dir", dataDir])).toMatchObject({ code: 2, stderr: expect.stringContaining("works in this folder") });
  expect(await runCli(["sync", "--data-dir", dataDir, "--sync-port", "0"])).toMatchObject({
    code: 2, stderr: expect.stringMatching(/sync process \d+ at .* runs with this data folder/),
  });
  expect(await runCli(["down", "--data-dir", dataDir])).toMatchObject({
    code: 1, stdout: expect.stringContaining(`process ${first.process.pid} works with it`),
  });
  expect(await runCli(["status", "--data-dir", dataDir])).toMatchObject({ code: 0 });
  for (const name of ["sync", "gateway"] as const) expect(log(name).startsWith(before[name])).toBe(true);
  first.process.kill("SIGTERM");
  const { code, stdout, stderr } = await first.ended;
  expect(code).toBe(0);
  for (const text of [log("sync"), log("gateway"), stdout, stderr]) expect(text).not.toMatch(/eyJ|\0/);

  // What the next one writes comes after it.
  const next = starting("--json");
  const [said] = await next.said(/^\{"url".*\}$/m);
  expect(JSON.parse(said)).toMatchObject({ url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/graphql$/), tokensFile: tokens });
  next.process.kill("SIGTERM");
  expect(await next.ended).toMatchObject({ code: 0, stderr: "" });
  expect(log("gateway").startsWith(before.gateway)).toBe(true);
});

test("everything that would keep the services from starting is found together, before anything is started or emptied", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const port = String((taken.address() as AddressInfo).port);
  const other = join(folder, "other");
  mkdirSync(join(other, "embedded"), { recursive: true });
  writeFileSync(join(other, "embedded", "totesys.db"), "precious");
  const wrong = [
    "start", "--fresh", "--data-dir", other, "--port", port, "--operations-port", port, "--sync-port", "0", "--host", "0.0.0.0",
  ];
  const { code, stderr } = await runCli(wrong, { SLUICE_GATEWAY_MAX_PAGE: "many", SLUICE_MAX_REJECTIONS: "few" });
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/SLUICE_MAX_REJECTIONS[^]*SLUICE_GATEWAY_MAX_PAGE/) });
  const ports = await runCli(wrong);
  expect(ports).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /3 problems to mend:[^]*SLUICE_GATEWAY_HOST: development mode[^]*SLUICE_GATEWAY_PORT \d+: .*EADDRINUSE[^]*SLUICE_GATEWAY_OPERATIONS_PORT \d+: .*EADDRINUSE/,
    ),
  });
  expect(readFileSync(join(other, "embedded", "totesys.db"), "utf8")).toBe("precious");
  expect(existsSync(join(other, "engines"))).toBe(false);
  taken.close();
});

test("a start that is killed takes its services with it, is no obstacle to the next, and MySQL stays where it was", async () => {
  const first = starting();
  await first.said(/development tokens/);
  const { pid } = JSON.parse(readFileSync(join(dataDir, "sync.json"), "utf8")) as { pid: number };
  const { url } = server();
  first.process.kill("SIGKILL");
  await first.ended;
  while (processOf(pid) || !log("gateway").trimEnd().endsWith('"the gateway drains"}')) await soon();
  expect(log("sync")).toMatch(/"msg":"sync ended"\}\n$/);

  const next = starting();
  await next.said(/mysql: already running[^]*development tokens[^]*transactions\/s/);
  expect(server().url).toBe(url);
  const { what } = server();
  process.kill((what as { pid: number }).pid, "SIGKILL");
  expect(await next.ended).toMatchObject({
    code: 1, stderr: expect.stringMatching(/mysql \(process \d+\) ended by itself; its data stays, and the next start goes on with it/),
  });
  expect(await runCli(["up", "--json", "--data-dir", dataDir])).toMatchObject({
    code: 0, stdout: expect.not.stringContaining(new URL(url).password),
  });
  expect(server().url).toBe(url);
  expect(await runCli(["down", "--data-dir", dataDir])).toMatchObject({ code: 0, stdout: "mysql: stopped\n" });
});

test("a fill that was cut off is completed by the next start, and not served before that", async () => {
  const cut = starting("--fresh", "--rows", "60000");
  await cut.said(/applied Trade/);
  await using connection = await createConnection(server().url);
  const rows = async () => (await connection.query<RowDataPacket[]>("SELECT 1 FROM totesys.address LIMIT 1"))[0].length;
  while (await rows() === 0) await soon();
  cut.process.kill("SIGKILL");
  await cut.ended;
  expect(await runCli(args("--rows", "5000"))).toMatchObject({
    code: 2, stderr: expect.stringMatching(/a fill with --seed 1 --rows 60000 .* was interrupted there, and one with --seed 1 --rows 5000/),
  });
  const next = starting("--rows", "60000");
  await next.said(/an earlier fill was interrupted; completing it[^]*generator: 60,000 rows in [^]*GraphQL/);
  next.process.kill("SIGTERM");
  expect(await next.ended).toMatchObject({ code: 0 });
});

test.each([
  ["mysql: making its data folder"], ["mysql: starting"], ["applied Trade"], ["GraphQL "],
])("three signals at once, at '%s', leave no server behind", async (stage) => {
  const running = starting("--fresh");
  await running.said(new RegExp(stage));
  const home = join(dataDir, "engines", "mysql");
  const { what } = existsSync(join(home, "running.json")) ? server() : { what: null };
  for (let n = 0; n < 3; n++) running.process.kill("SIGINT");
  const { code } = await running.ended;
  // Signals that come together may count as one; then it drains.
  expect([0, 1, 130]).toContain(code);
  // It is asked to end, and ends when it has written what it holds.
  while (what && "pid" in what && isAlive(what)) await soon();
});

test.each([
  ["mysql: ready"], ["applied Parties"], ["fill "],
])("a signal at '%s' is said as the stop it was, and never as a fault of what is there", async (stage) => {
  const running = starting("--fresh", "--rows", "60000");
  await running.said(new RegExp(stage));
  running.process.kill("SIGTERM");
  expect(await running.ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/^((?!to mend)[^])*sluice: stopped by SIGTERM\n$/) });
});
