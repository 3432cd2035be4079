import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "../../migrations/migrate.js";
import { freshDatabase, type FreshDatabase } from "../migrations/fresh-database.js";
import { type Ended, runCli, type RunningCli, startCli } from "../support/cli.js";

jest.setTimeout(300_000);

const folder = mkdtempSync(join(tmpdir(), "sluice-status-"));
const dataDir = join(folder, "data");
let database: FreshDatabase;

beforeAll(async () => {
  database = await freshDatabase("status");
  await migrate(database.url);
  await database.server.query(`USE ${database.name}`);
  await database.server.query("SET SESSION sql_mode = ''");
  await insert(1);
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const place = () => ({
  SLUICE_MYSQL_URL: database.url.href, SLUICE_STORES: `sqlite://${folder}/made/store.db`, SLUICE_DATA_DIR: dataDir, SLUICE_SYNC_PORT: "0",
});
const status = (...args: readonly string[]): Promise<Ended> => runCli(["status", ...args], place());
const insert = (id: number) => database.server.query(
  "INSERT INTO design (design_id, design_name, file_location, file_name) VALUES (?, 'Tote', '/art', 'a.png')", [id],
);

/** A sync that is streaming, and what it has logged so far. */
async function syncing(): Promise<RunningCli & { said(): string }> {
  const running = startCli(["sync"], place());
  let said = "";
  running.process.stderr!.on("data", (text: string) => { said += text; });
  await until(async () => /"msg":"streaming"/.test(said));
  return { ...running, said: () => said };
}

/** The test's own timeout decides when it has waited too long. */
async function until(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 50));
}

test("status of a sync that was killed: no sync runs here, what became of it, `stopped` and exit code 1", async () => {
  const first = await status();
  expect(first).toMatchObject({
    code: 1, stdout: expect.stringMatching(/^No sync runs here: none has announced itself in .*data, or it has ended\. [^]*embedded +new /),
  });

  const { process, ended } = await syncing();
  expect(await status()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^store[^]*embedded +streaming /) });
  process.kill("SIGKILL");
  await ended;
  const killed = new RegExp(
    `^No sync runs here: process ${process.pid}, which announced itself at http://127.0.0.1:\\d+, was killed\\.[^]*embedded +stopped `,
  );
  expect(await status()).toMatchObject({ code: 1, stdout: expect.stringMatching(killed) });
  expect(JSON.parse((await status("--json")).stdout)).toMatchObject({
    running: false, absence: expect.stringMatching(/was killed$/), pipelines: [{ state: "stopped", lagMs: expect.any(Number) }],
  });
  expect(await runCli(["pause"], place())).toMatchObject({
    code: 2, stderr: expect.stringMatching(/no running sync answers: process \d+, .* was killed/),
  });

  // The killed one left nothing that hinders the next.
  const next = await syncing();
  expect(await status()).toMatchObject({ code: 0 });
  next.process.kill("SIGTERM");
  expect(await next.ended).toMatchObject({ code: 0 });
  expect(await status()).toMatchObject({ code: 1, stdout: expect.stringMatching(/or it has ended\. [^]*embedded +stopped /) });
});

test("a parked row is reported in the log, in /health and by status with exit code 1, without its values", async () => {
  const { process, ended, said } = await syncing();
  await database.server.query("UPDATE design SET created_at = '0000-00-00' WHERE design_id = 1");
  await until(async () => said().includes("are in the dead letters"));
  const line = JSON.parse(said().split("\n").find((each) => each.includes("are in the dead letters"))!) as object;
  expect(line).toMatchObject({
    level: "warn", service: "sync", pipeline: "embedded", entity: "design", rows: 1,
    reason: expect.stringMatching(/^created_at holds \?-\?-\?/),
  });

  const { url } = JSON.parse(readFileSync(join(dataDir, "sync.json"), "utf8")) as { url: string };
  const health = await fetch(`${url}/health`);
  expect(health.status).toBe(200);
  expect(await health.json()).toMatchObject({
    ok: true, attention: ["embedded: 1 row is in the dead letters, so readers go without: sluice dead-letters list"],
    pipelines: [{ deadLetters: 1 }],
  });
  expect(await status()).toMatchObject({ code: 1, stdout: expect.stringContaining("embedded: 1 row is in the dead letters") });

  // Many rows that are refused for one cause make one more line.
  for (let id = 2; id <= 40; id++) await insert(id);
  await database.server.query("UPDATE design SET created_at = '0000-00-00' WHERE design_id > 1");
  await until(async () => (await (await fetch(`${url}/health`)).text()).includes("40 rows are in the dead letters"));
  process.kill("SIGTERM");
  const { stderr } = await ended;
  const lines = stderr.split("\n").filter((each) => each.includes("are in the dead letters")).map((each) =>
    JSON.parse(each) as { rows: number });
  expect(lines.length).toBeLessThanOrEqual(3);
  expect(lines.reduce((sum, { rows }) => sum + rows, 0)).toBe(40);

  await database.server.query("UPDATE design SET created_at = NOW()");
  const again = await syncing();
  await until(async () => (await status()).code === 0);
  again.process.kill("SIGTERM");
  await again.ended;
});

test("files are for their owner only, whatever the shell's umask says and whatever was there before", async () => {
  const page = join(folder, "report.html");
  writeFileSync(page, "an earlier one");
  chmodSync(page, 0o644);
  const { process: sync, ended } = await syncing();
  await database.server.query("UPDATE design SET created_at = '0000-00-00' WHERE design_id = 2");
  await until(async () => (await status()).stdout.includes("1 row is in the dead letters"));
  expect(await runCli(["dead-letters", "skip", "embedded"], place())).toMatchObject({ code: 0 });
  await runCli(["verify", "--wait", "0", "--report", page], place());
  const made = [join(folder, "made"), dataDir].flatMap((each) => [each, ...readdirSync(each).map((name) => join(each, name))]);
  expect(made.map((each) => each.slice(folder.length + 1)).sort()).toEqual([
    "data", "data/audit.jsonl", "data/sync.json", "made", "made/store.db", "made/store.db-shm", "made/store.db-wal",
  ]);
  for (const each of [...made, page]) expect([each, (statSync(each).mode & 0o077).toString(8)]).toEqual([each, "0"]);
  sync.kill("SIGTERM");
  await ended;
  expect(existsSync(join(dataDir, "sync.json"))).toBe(false);
});
