import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import Database from "libsql";
import { createConnection } from "mysql2/promise";
import { totesys } from "../support/totesys.js";
import { openSink } from "../../stores/open.js";
import { type Ended, runCli, startCli } from "../support/cli.js";
import { engineUrls } from "../support/engines.js";
import { openSystem, type System } from "../support/system.js";
import { documents, inlineCodeOf, textOf } from "./markdown.js";

jest.setTimeout(600_000);

const operations = documents.filter((document) => document.startsWith("docs/operations/"));
const inlineCode = operations.flatMap((document) => inlineCodeOf(textOf(document)));
const commands = [...new Set(inlineCode)].filter((code) => code.startsWith("sluice "));
/** What a page leaves open, and what it is here. */
const open: Readonly<Record<string, string>> = {
  "[pipeline]": "cassandra", "<store>": "cassandra", "<name>": "cassandra", "[table]": "design", "<table>": "design",
};
/** These start and stop engines: test/e2e/start.test.ts and test/engines do so. */
const ofEngines = ["sluice up", "sluice down", "sluice start", "sluice <command>"];
const folder = mkdtempSync(join(tmpdir(), "sluice-commands-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("every command of the operations pages is run below, or is one of engines", () => {
  expect(commands.filter((command) => !those([...first, ...running, ...last, ...ofEngines]).includes(command))).toEqual([]);
  expect([...first, ...running, ...last].filter((each) => those([each]).length === 0)).toEqual([]);
});

/** Before sync runs, while it runs, and after it was stopped. */
const first = ["sluice sync", "sluice token", "sluice catalog"];
const running = ["sluice status", "sluice pause", "sluice drain", "sluice resume", "sluice verify", "sluice dead-letters"];
const last = ["sluice resnapshot", "sluice binlog dump"];

/** The commands that are one of these, with whatever arguments. */
function those(begins: readonly string[]): readonly string[] {
  return commands.filter((command) => begins.some((each) => command === each || command.startsWith(`${each} `)));
}

test("every command of the operations pages is understood and does its work", async () => {
  await using system = await openSystem("commands", 300);
  const place = {
    SLUICE_MYSQL_URL: system.mysql.href, SLUICE_STORES: system.stores.map(({ href }) => href).join(","), SLUICE_DATA_DIR: folder,
    SLUICE_SYNC_PORT: "0", SLUICE_VERIFY_PORT: "0",
  };
  const run = async (command: string) => {
    const ended = command.includes("--every") ? await firstRound(wordsOf(command), place) : await runCli(wordsOf(command), place);
    // 2 would say that the command was not understood, or could do nothing here.
    if (ended.code !== 0 && ended.code !== 1) throw new Error(`${command}: ${JSON.stringify(ended)}`);
  };
  await system.query("INSERT IGNORE INTO design (design_id, design_name, file_location, file_name) VALUES (17, 'Tote', '/art', 'a.png')");
  const sync = startCli(wordsOf(commands.find((command) => command.startsWith("sluice sync --"))!), place);
  await using _ended = { [Symbol.asyncDispose]: async () => { sync.process.kill("SIGKILL"); await sync.ended; } };
  expect(await runCli(["verify"], place)).toMatchObject({ code: 0 });
  for (const command of [...those(["sluice token", "sluice catalog"]), ...those(running)]) {
    if (command.includes("dead-letters")) await parkDesign17(system);
    await run(command);
    if (/ (pause|drain) /.test(command)) await runCli(["resume"], place);
  }
  sync.process.kill("SIGTERM");
  expect(await sync.ended).toMatchObject({ code: 0 });
  // A table that is to be copied as a whole is no longer one to copy a range of.
  const rangesFirst = those(last).toSorted((a, b) => Number(b.includes("--where")) - Number(a.includes("--where")));
  for (const command of rangesFirst) await run(command.replace("<file>", await binaryLog()));
});

test("the commands that empty a store or its search index do that", async () => {
  await using system = await openSystem("emptied", 100);
  const [embedded, , elasticsearch] = system.stores as [URL, URL, URL];
  for (const store of [embedded, elasticsearch]) {
    await using sink = await openSink(store);
    await sink.prepare(totesys);
  }

  const [, sql] = /^sqlite3 store.db "(.*)"$/.exec(inlineCode.find((code) => code.startsWith("sqlite3"))!)!;
  const db = new Database(decodeURIComponent(embedded.pathname));
  expect(db.prepare(sql!).run().changes).toBeGreaterThan(0);
  db.close();

  const server = engineUrls().elasticsearch.replace(/\/$/, "");
  const prefix = elasticsearch.pathname.slice(1);
  const curl = inlineCode.find((code) => code.startsWith("curl -X DELETE"))!.replace("totesys", prefix);
  await promisify(execFile)("bash", ["-c", curl], { env: { ...process.env, ES: server } });
  expect(await (await fetch(`${server}/_cat/indices/${prefix}-*?h=index`)).text()).toBe("");

  const rm = inlineCode.find((code) => code.startsWith("rm store.db"))!;
  await promisify(execFile)("bash", ["-c", rm.replaceAll("store.db", decodeURIComponent(embedded.pathname))]);
  await using sink = await openSink(embedded);
  expect(await sink.progress()).toBeNull();
});

/** `sluice dead-letters edit x --row '{"a": 1}'`: the words, as a shell takes them apart, with what is open filled in. */
function wordsOf(command: string): readonly string[] {
  const filled = Object.entries(open).reduce((text, [named, standing]) => text.replaceAll(named, standing), command);
  return [...filled.replaceAll("report.html", join(folder, "report.html")).matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)]
    .map(([, single, double, plain]) => (single ?? double ?? plain)!).slice(1);
}

/** A command that goes on until it is stopped: until its first line, then by SIGTERM. */
async function firstRound(words: readonly string[], place: Readonly<Record<string, string>>): Promise<Ended> {
  const { process: child, ended } = startCli(words, place);
  await Promise.race([new Promise((resolve) => child.stdout!.once("data", resolve)), ended]);
  child.kill("SIGTERM");
  return ended;
}

/** As a store does that cannot hold this row, which is there in MySQL. */
async function parkDesign17({ stores }: System): Promise<void> {
  await using sink = await openSink(stores[1]!);
  const version = (await sink.progress())!.position.version + 2;
  await sink.deadLetters.park([{ entity: "design", key: ["17"], version, reason: "too large", change: null }]);
}

/** The smallest file of the server's binary log: that of a server which many tests share may be large. */
async function binaryLog(): Promise<string> {
  await using connection = await createConnection(engineUrls().mysql);
  const [[row]] = await connection.query("SELECT @@log_bin_basename AS base") as unknown as [[{ readonly base: string }]];
  const [logs] = await connection.query("SHOW BINARY LOGS") as unknown as [{ readonly Log_name: string; readonly File_size: number }[]];
  const [smallest] = logs.sort((a, b) => a.File_size - b.File_size);
  return join(row.base, "..", smallest!.Log_name);
}
