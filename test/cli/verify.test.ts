import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { migrate } from "../../migrations/migrate.js";
import { sleep } from "../../runtime/wait.js";
import { totesys } from "../support/totesys.js";
import { namedByEngine } from "../../stores/named.js";
import { openSink } from "../../stores/open.js";
import { openStore } from "../../stores/open.js";
import { runSync } from "../../sync/main.js";
import { openMysqlSource } from "../../sync/mysql/source.js";
import { caughtUp } from "../../sync/verify/comparing/caught-up.js";
import type { Report } from "../../sync/verify/report/report.js";
import type { RoundResult } from "../../sync/verify/schedule.js";
import { freshDatabase, type FreshDatabase } from "../migrations/fresh-database.js";
import { runCli, startCli } from "../support/cli.js";

jest.setTimeout(120_000);

const unstopped = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), "sluice-verify-"));
const store = new URL(`sqlite://${folder}/store.db`);
let database: FreshDatabase;

beforeAll(async () => {
  database = await freshDatabase("verify");
  await migrate(database.url);
  await database.server.query(`USE ${database.name}`);
  for (let id = 1; id <= 5; id++) await database.server.query(
    "INSERT INTO design (design_id, design_name, file_location, file_name) VALUES (?, ?, '/art', 'a.png')",
    [id, `<b>Tote ${id}</b> & "co"`],
  );
  const stop = new AbortController();
  const ended = runSync(
    { mysql: database.url, stores: [namedByEngine(store)], syncHost: "127.0.0.1", syncPort: 0, maxRejections: 1_000 }, stop.signal,
  );
  await using source = openMysqlSource(database.url, totesys, "verify", unstopped);
  // Makes the file, as sync does.
  await (await openSink(store))[Symbol.asyncDispose]();
  await using reading = await openStore(store);
  await Promise.race([caughtUp(source, [reading], 60_000, unstopped), ended]);
  stop.abort();
  await ended;
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

// Sync is not running, and other clients commit on the server: verify must not wait.
const place = (...more: readonly string[]) => [
  "verify", "--mysql", database.url.href, "--stores", store.href, "--data-dir", folder, "--wait", "0", ...more,
];

function inFile(sql: string): void {
  const db = new Database(store.pathname);
  db.exec(sql);
  db.close();
}

test("equal is exit code 0; a difference is 1, named with both values, and on a page that escapes what people wrote", async () => {
  const equal = await runCli(place("--rate", "1000000"));
  expect(equal).toMatchObject({
    code: 0, stdout: expect.stringMatching(/embedded +design +5 +0 +equal[^]*5 rows and 0 entries compared in .* s: equal\n$/),
  });
  inFile("UPDATE design SET design_name = '<script>alert(1)</script>' WHERE design_id = 1");
  const page = join(folder, "report.html");
  const differs = await runCli(place("--report", page));
  expect(differs).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('embedded design 1: design_name is "<script>alert(1)</script>", in MySQL "<b>Tote 1</b> & \\"co\\""'),
  });
  const html = readFileSync(page, "utf8");
  expect(html).toContain("Not every store equals MySQL");
  expect(html).toContain("&quot;&lt;script&gt;alert(1)&lt;/script&gt;&quot;");
  expect(html).not.toMatch(/<script|<b>|https?:/);
});

test("--repair writes what MySQL has, says so, and the next verify is equal", async () => {
  inFile("DELETE FROM design WHERE design_id = 2");
  const { code, stdout } = await runCli(place("--repair", "--json"));
  const report = JSON.parse(stdout) as Report;
  expect({ code, equal: report.equal, repaired: report.repaired.map(({ key, kind }) => [key[0], kind]) }).toEqual({
    code: 0, equal: true, repaired: [["1", "value"], ["2", "missing"]],
  });
  expect(await runCli(place())).toMatchObject({ code: 0 });
  expect(await runCli(["dead-letters", "list", "--stores", store.href])).toMatchObject({ code: 0, stdout: "no dead letters\n" });
});

test("what is in the dead letters is marked with the reason and counted apart; exit code 1, and not repaired", async () => {
  {
    await using sink = await openSink(store);
    const progress = await sink.progress();
    const version = progress!.position.version + 2;
    const writer = await sink.prepare(totesys);
    await writer.write([{ op: "delete", entity: "design", key: ["3"], before: null, after: null, version }], unstopped);
    await sink.deadLetters.park([{ entity: "design", key: ["3"], version, reason: "too large", change: null }]);
  }
  const { code, stdout } = await runCli(place("--repair", "--json"));
  const { equal, differences, tables, repaired } = JSON.parse(stdout) as Report;
  expect({ code, equal, differences, repaired }).toEqual({
    code: 1, equal: false, repaired: [],
    differences: [{ store: "embedded", table: "design", key: ["3"], kind: "missing", deadLetter: "too large" }],
  });
  expect(tables.find(({ table }) => table === "design")).toMatchObject({ rows: 5, differences: 0, explained: 1, repaired: 0 });
  expect((await runCli(place())).stdout).toMatch(
    /1 in the dead letters[^]*is missing, and in the dead letters: too large[^]*only what is in the dead letters differs \(1\)/,
  );
  expect(
    await runCli(["dead-letters", "retry", "embedded", "--mysql", database.url.href, "--stores", store.href, "--data-dir", folder]),
  ).toMatchObject({ code: 0 });
  expect(await runCli(place())).toMatchObject({ code: 0 });
});

test("a verify beside a sync that has only begun waits until the store says what its rows are", async () => {
  const fresh = new URL(`sqlite://${folder}/fresh.db`), stop = new AbortController();
  const verifying = runCli(["verify", "--mysql", database.url.href, "--stores", fresh.href, "--data-dir", folder, "--wait", "60"]);
  await sleep(2_000, unstopped);
  const ended = runSync(
    { mysql: database.url, stores: [namedByEngine(fresh)], syncHost: "127.0.0.1", syncPort: 0, maxRejections: 1_000 }, stop.signal,
  );
  expect(await verifying).toMatchObject({ code: 0 });
  stop.abort();
  await ended;
});

test("--every verifies until SIGTERM, a line each round, and tells by /metrics and /health how it went", async () => {
  const { process, ended } = startCli(place("--every", "1s", "--port", "0", "--json"), {});
  const lines: RoundResult[] = [];
  process.stdout!.on("data", (text: string) => lines.push(...text.trim().split("\n").map((line) => JSON.parse(line) as RoundResult)));
  const until = async (result: string) => {
    for (const deadline = Date.now() + 60_000; lines.at(-1)?.result !== result && Date.now() < deadline;) await sleep(50, unstopped);
    expect(lines.at(-1)?.result).toBe(result);
  };
  await until("equal");
  inFile("UPDATE design SET file_name = 'other.png' WHERE design_id = 4");
  await until("different");
  expect(lines.at(-1)!.report!.differences).toMatchObject([{ key: ["4"], field: "file_name", source: "a.png", found: "other.png" }]);
  process.kill("SIGTERM");
  expect(await ended).toMatchObject({ code: 0, signal: null });

  const told = startCli(place("--every", "1h", "--port", "0"), {});
  let said = "";
  told.process.stderr!.on("data", (text: string) => { said += text; });
  const ask = async (path: string) => {
    const url = /http:\/\/127\.0\.0\.1:\d+(?=\/metrics)/.exec(said)?.[0];
    return url ? fetch(`${url}${path}`).then(async (answer) => ({ status: answer.status, text: await answer.text() })) : null;
  };
  for (const deadline = Date.now() + 60_000; Date.now() < deadline && !/"result":"different"/.test(
    (await ask("/health"))?.text ?? "",
  );) await sleep(50, unstopped);
  expect(await ask("/health")).toMatchObject({ status: 503 });
  const { text } = (await ask("/metrics"))!;
  expect(text).toMatch(/sluice_verify_differences\{store="embedded",table="design"\} 1\n/);
  expect(text).toMatch(/sluice_verify_rounds_total\{result="different"\} 1\n/);
  expect(text).toMatch(/sluice_verify_last_round_equal 0\n/);
  told.process.kill("SIGTERM");
  expect(await told.ended).toMatchObject({ code: 0 });
});

test("bad input is refused at once, and a store that is behind is not taken for a different one", async () => {
  const { code, stderr } = await runCli(place("--every", "15x", "--rate", "1", "--port", "70000"));
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /--every: "15x" is not usable: a time is wanted as 30s, 15m, 1h or 7d[^]*--rate: "1"[^]*--port: "70000"|--rate: "1"[^]*--every/,
  );
  await database.server.query("UPDATE design SET file_name = 'newer.png' WHERE design_id = 5");
  expect(await runCli([...place(), "--wait", "1"])).toMatchObject({
    code: 1, stderr: expect.stringMatching(/not caught up within 1 s: embedded \(it is behind\)/),
  });
});

test("a MySQL that does not answer is reported at once, with the remedy", async () => {
  const { code, stderr } = await runCli(
    ["verify"], { SLUICE_MYSQL_URL: "mysql://root:secret@127.0.0.1:1/totesys", SLUICE_STORES: store.href },
  );
  expect(code).toBe(2);
  expect(stderr).toContain("mysql 127.0.0.1:1: connect ECONNREFUSED");
  expect(stderr).toContain("start the server, or correct host and port");
  expect(stderr).not.toContain("secret");
});
