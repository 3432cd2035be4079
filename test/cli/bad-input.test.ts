import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { createConnection } from "mysql2/promise";
import type { Engine } from "../../engines/engine.js";
import { projectRoot } from "../../runtime/files/project.js";
import { startMysql } from "../support/mysql-server.js";
import { migrate } from "../../migrations/migrate.js";
import { type Ended, runCli, startCli } from "../support/cli.js";
import { engineUrls } from "../support/engines.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-bad-input-"));
const database = `bad_input_${randomBytes(4).toString("hex")}`;
const store = `sqlite://${folder}/store.db`;
const good = new URL(`/${database}`, engineUrls().mysql);

beforeAll(async () => {
  await migrate(good);
  writeFileSync(join(folder, "file"), "");
});

afterAll(async () => {
  await using connection = await createConnection(good.href);
  await connection.query(`DROP DATABASE ${database}`);
  await connection.query(`DROP USER IF EXISTS '${database}'@'%'`);
  rmSync(folder, { recursive: true, force: true });
});

const sync = (
  mysql: string, ...args: string[]
) => runCli(["sync", "--mysql", mysql, "--stores", store, "--sync-port", "0", "--data-dir", folder, ...args]);

function refused(ended: Ended, ...says: readonly RegExp[]): void {
  expect(ended.code).toBe(2);
  for (const text of says) expect(ended.stderr).toMatch(text);
  expect(ended.stderr).toMatch(/remedy: \S/);
  expect(ended.stderr).not.toMatch(/\n {4}at /);
  expect(tablesInStore()).toEqual([]);
}

/** Nothing is half-written: the store's file may have been opened for a try, but nothing was made in it. */
function tablesInStore(): readonly string[] {
  const file = join(folder, "store.db");
  if (!existsSync(file)) return [];
  const db = new Database(file);
  try {
    return db.prepare("SELECT name FROM sqlite_master").pluck().all() as string[];
  } finally {
    db.close();
  }
}

test("a command never pairs the server of one system with the store of another: what up left counts as a whole", async () => {
  const home = mkdtempSync(join(folder, "home-"));
  const left = { SLUICE_MYSQL_URL: good.href, SLUICE_STORES: `sqlite://${home}/store.db` };
  writeFileSync(join(home, "environment.json"), JSON.stringify(left));
  const at = ["--data-dir", home];
  refused(await runCli(["verify", "--stores", store, ...at]), /SLUICE_MYSQL_URL: is not set[^]*sluice up/);
  refused(await runCli(["verify", ...at], { SLUICE_MYSQL_URL: good.href }), /SLUICE_STORES: is not set/);
  const { code, stderr } = await runCli(["verify", "--wait", "0", ...at], { SLUICE_STORES: "" });
  expect({ code, stderr }).toMatchObject({ stderr: expect.not.stringContaining("is not set") });
});

test("resnapshot of a server that is away says so, at once", async () => {
  const home = mkdtempSync(join(folder, "home-"));
  const ended = await runCli([
    "resnapshot", "--mysql", "mysql://root@127.0.0.1:1/totesys", "--stores", store, "--store", "embedded", "--data-dir", home,
  ]);
  refused(ended, /ECONNREFUSED/);
});

test("SLUICE_LOG that names no level is found with everything else", async () => {
  refused(await runCli(["status", "--data-dir", folder], { SLUICE_LOG: "loud" }), /SLUICE_LOG: "loud" is not a level[^]*SLUICE_STORES/);
});

test("a reader that has seen enough ends the command without a stack", async () => {
  const running = startCli(["binlog", "dump", "--mysql", good.href]);
  running.process.stdout!.once("data", () => running.process.stdout!.destroy());
  expect((await running.ended).stderr).toBe("");
});

test("two broken settings are reported together, each with its remedy", async () => {
  const ended = await runCli(
    ["sync", "--sync-port", "http", "--data-dir", folder], { SLUICE_MYSQL_URL: "localhost:3306", SLUICE_STORES: store },
  );
  refused(ended, /--sync-port: "http"/, /SLUICE_MYSQL_URL: "localhost:3306"/);
});

test.each([
  ["--mysql", "mysql://root:S3CR/x@127.0.0.1:1/totesys"], ["--mysql", "root:S3CR@127.0.0.1/totesys"],
  ["--mysql", "mysql://root:S3CR%zz@127.0.0.1:1/totesys"],
  ["--stores", "elasticsearch://u:S3CR/1@127.0.0.1:1/a,cassandra:/u:S3CR@127.0.0.1:1/b"],
  ["--stores", "cassandra://u:a,S3CR@127.0.0.1:1/b"],
])("a password that breaks its URL is not shown, and the remedy says how to write it: %s %s", async (option, url) => {
  const ended = await runCli(["sync", "--data-dir", folder, option, url]);
  refused(ended, /write \/ as %2F/);
  expect(ended.stdout + ended.stderr).not.toMatch(/S3CR/);
});

test("unknown options and words are all named together, with the bad values beside them", async () => {
  refused(await sync(good.href, "--batch-sze", "7"), /unknown option '--batch-sze'/);
  refused(
    await sync(good.href, "--stors=x", "--verbose", "--max-rejections", "many"), /3 problems to mend/,
    /unknown option '--stors'\n.*did you mean --stores\?/, /unknown option '--verbose'/, /--max-rejections: "many"/,
  );
  refused(
    await runCli(["generate", "fil", "now"]), /there is no part 'fil'\n.*name one of fill, stream/, /it takes no word 'now' here/,
    /SLUICE_MYSQL_URL: is not set/,
  );
});

test("--version is the package's", async () => expect(await runCli(["--version"])).toMatchObject({
  code: 0, stdout: `${(JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as { version: string }).version}\n`,
}));

test("a port that is taken is a finding of the gateway and of sync", async () => {
  const taken = [createServer(), createServer()].map((server) => server.listen(0, "127.0.0.1"));
  await Promise.all(taken.map((server) => once(server, "listening")));
  const [api, operations] = taken.map((server) => String((server.address() as AddressInfo).port));
  const ended = await runCli([
    "gateway", "--development", "--stores", store, "--port", api!, "--operations-port", operations!, "--data-dir", folder,
  ]);
  refused(
    ended, new RegExp(`SLUICE_GATEWAY_PORT ${api}: the gateway cannot listen there: .*EADDRINUSE`),
    new RegExp(`SLUICE_GATEWAY_OPERATIONS_PORT ${operations}: .*EADDRINUSE`),
  );
  refused(
    await runCli(["sync", "--mysql", good.href, "--stores", store, "--sync-port", api!, "--data-dir", folder]),
    new RegExp(`SLUICE_SYNC_PORT ${api}: sync cannot listen there: .*EADDRINUSE`),
  );
  for (const server of taken) server.close();
});

test("a file, a position or a folder that is not there is a finding before any work", async () => {
  for (const [args, says] of [
    [["binlog", "--file", "/nowhere"], /--file: ENOENT/],
    [["binlog", "--from", "yesterday", "--mysql", good.href], /--from: Not a GTID set: "yesterday"/],
    [["verify", "--mysql", good.href, "--stores", store, "--report", "/nowhere/report.html"], /--report: ENOENT/],
    [["sync", "--mysql", good.href, "--stores", "sqlite:///proc/sluice/store.db"], /\/proc\/sluice: this folder cannot be made/],
    [["pause", "--data-dir", `${join(folder, "file")}`], /environment\.json: cannot be read: ENOTDIR/],
  ] as const) refused(await runCli([...args, ...(args[0] === "pause" ? [] : ["--data-dir", folder])]), says);
});

test(
  "a missing setting says how to give it",
  async () => refused(await runCli(["sync", "--data-dir", folder]), /SLUICE_MYSQL_URL: is not set/, /SLUICE_STORES: is not set/),
);

test("a server that is not there", async () => refused(await sync("mysql://root@127.0.0.1:1/totesys"), /127\.0\.0\.1:1/, /ECONNREFUSED/));

test("a wrong password, which is not repeated", async () => {
  const wrong = new URL(good);
  wrong.username = database;
  wrong.password = "hunter2hunter2";
  const ended = await sync(wrong.href);
  refused(ended, /Access denied/);
  expect(ended.stderr).not.toContain("hunter2hunter2");
});

test("a user without the privileges is told every one that is missing", async () => {
  {
    await using connection = await createConnection(good.href);
    await connection.query(`CREATE USER '${database}'@'%' IDENTIFIED BY 'reader-password'`);
    await connection.query(`GRANT SELECT ON ${database}.address TO '${database}'@'%'`);
  }
  const poor = new URL(good);
  poor.username = database;
  poor.password = "reader-password";
  refused(await sync(poor.href), /REPLICATION SLAVE/, /REPLICATION CLIENT/, /SELECT/);
});

test("a store that is not there is reported beside the source's problems", async () => {
  const ended = await runCli([
    "sync", "--mysql", "mysql://root@127.0.0.1:1/totesys", "--stores", "elasticsearch://127.0.0.1:2,cassandra://127.0.0.1:3/none",
    "--sync-port", "0", "--data-dir", folder,
  ]);
  refused(ended, /127\.0\.0\.1:1/, /127\.0\.0\.1:2/, /127\.0\.0\.1:3/);
});

test("the gateway does not start in production without a key source", async () => {
  refused(
    await runCli(["gateway", "--stores", store, "--port", "0", "--operations-port", "0", "--data-dir", folder]), /SLUICE_JWT_KEYS/,
    /no key/,
  );
});

describe("a server whose binary log is of no use", () => {
  const servers: Engine[] = [];
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  async function against(name: string, flags: Readonly<Record<string, string>>): Promise<Ended> {
    const server = await startMysql({ dataDir: join(folder, name), fresh: true, flags });
    servers.push(server);
    const url = new URL("/totesys", server.url);
    await migrate(url);
    return sync(url.href);
  }

  test("log_bin is off", async () => {
    refused(await against("off", { "skip-log-bin": "", "log-bin": "", "gtid-mode": "OFF", "enforce-gtid-consistency": "OFF" }), /log_bin/);
  });

  test("statement format, MINIMAL metadata, MINIMAL images, no GTIDs: all at once", async () => {
    const ended = await against("statement", {
      "binlog-format": "STATEMENT", "binlog-row-metadata": "MINIMAL", "binlog-row-image": "MINIMAL", "gtid-mode": "OFF",
      "enforce-gtid-consistency": "OFF",
    });
    refused(ended, /binlog_format/, /binlog_row_metadata/, /binlog_row_image/, /gtid_mode/i);
    expect(ended.stderr).toMatch(/SET PERSIST binlog_row_metadata = ['"]?FULL/);
  });
});

test("a store that cannot be read is named by verify and status, too", async () => {
  for (const command of ["status", "verify"]) {
    const ended = await runCli(
      [command, "--stores", "cassandra://127.0.0.1:3/none", "--data-dir", folder], { SLUICE_MYSQL_URL: good.href },
    );
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/127\.0\.0\.1:3.*Remedy: /s);
  }
});
