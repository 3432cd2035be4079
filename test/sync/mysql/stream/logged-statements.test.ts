import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "mysql2/promise";
import type { Engine } from "../../../../engines/engine.js";
import { connectMysql, serverUrl } from "../../../../runtime/mysql/mysql.js";
import { catalog } from "../../../../schema/catalog.js";
import type { Message, Recopy } from "../../../../schema/change.js";
import type { Position } from "../../../../schema/position.js";
import type { MysqlSourceOptions } from "../../../../sync/mysql/preflight/preflight.js";
import { openMysqlSource } from "../../../../sync/mysql/source.js";
import { startMysql } from "../../../support/mysql-server.js";
import { entity, int64, nullable } from "../../../support/declare.js";

jest.setTimeout(120_000);

const table = (name: string) => entity(name, {
  description: "A table.", key: ["id"], owner: { kind: "everyone" },
  fields: { id: int64("public", "Key."), of: nullable(int64("public", "Other.")) },
});
const followed = catalog([table("payment"), table("design")]);
const folder = mkdtempSync(join(tmpdir(), "sluice-statements-")), files = join(folder, "files");
let server: Engine, db: Connection, url: URL;

beforeAll(async () => {
  mkdirSync(files, { recursive: true });
  // A server whose foreign keys change rows unlogged, as all did before 9.6.
  server = await startMysql({
    dataDir: join(folder, "mysql"), fresh: true,
    flags: { "log-bin-trust-function-creators": "ON", "secure-file-priv": files, "innodb-native-foreign-keys": "ON" },
  });
  url = new URL("/totesys", server.url);
  db = await connectMysql(serverUrl(new URL(server.url)));
});
beforeEach(() => run("SET binlog_format = 'ROW', sql_mode = ''", "DROP DATABASE IF EXISTS totesys", "DROP DATABASE IF EXISTS "
  + "other", "CREATE DATABASE totesys", "CREATE DATABASE other", "USE totesys",
  "CREATE TABLE design (id BIGINT PRIMARY KEY, `of` BIGINT)", "CREATE TABLE payment (id BIGINT PRIMARY KEY, `of` BIGINT)",
  "CREATE TABLE payment_new LIKE payment", "CREATE TABLE other.t (id BIGINT PRIMARY KEY, p BIGINT)",
  "CREATE TABLE payment_archive (id BIGINT PRIMARY KEY, `of` BIGINT) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), "
    + "PARTITION p1 VALUES LESS THAN MAXVALUE)",
  "CREATE FUNCTION f_pay(n INT) RETURNS INT BEGIN INSERT INTO payment (id) VALUES (n); RETURN n; END"));
afterAll(async () => {
  await db?.end();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function run(...statements: readonly string[]): Promise<void> {
  for (const statement of statements) await db.query(statement);
}

async function head(): Promise<Position> {
  await using source = openMysqlSource(url, followed, "head", new AbortController().signal);
  return await source.head();
}

/** The messages of the stream about these statements. */
async function told(statements: readonly string[], options: MysqlSourceOptions = {}, from?: Position): Promise<Message[]> {
  const start = from ?? await head(), stop = new AbortController(), messages: Message[] = [];
  await using source = openMysqlSource(url, followed, "told", stop.signal, options);
  await run(...statements);
  const end = await source.head();
  if (source.reached(start, end)) return messages;
  for await (const some of source.stream(start, stop.signal)) {
    messages.push(...some);
    if (some.some((message) => message.op === "commit" && source.reached(message.position, end))) break;
  }
  stop.abort();
  return messages;
}

const what = (messages: readonly Message[]) => messages.flatMap((message) =>
  (message.op === "recopy" ? [message.entities.join(" ")] : message.op === "truncate" ? [`emptied:${message.entity}`] : []));
const recopies = (messages: readonly Message[]) => messages.filter((message): message is Recopy => message.op === "recopy");

test.each<readonly [wanted: string, ...statements: string[]]>([
  ["payment", "/* by hand */ RENAME TABLE payment TO payment_old, payment_new TO payment"],
  ["emptied:payment", "TRUNCATE /* c */ TABLE payment"], ["emptied:payment", "TRUNCATE -- c\nTABLE payment"],
  ["emptied:payment", "/*!50000 TRUNCATE TABLE payment */"],
  ["emptied:payment", "SET sql_mode = 'ANSI_QUOTES'", 'TRUNCATE TABLE "payment"'],
  ["payment", "SET sql_mode = 'ANSI_QUOTES'", 'DROP TABLE "payment"', 'CREATE TABLE "payment" (id BIGINT PRIMARY KEY)'],
  ["payment", "SET sql_mode = 'ANSI_QUOTES'", 'RENAME TABLE "payment" TO "x"'],
  ["payment", "SET sql_mode = 'ANSI_QUOTES'", 'ALTER TABLE "payment" RENAME "x"'],
  ["payment design", "/*!40000 DROP DATABASE IF EXISTS `totesys`*/"],
  ["payment", "ALTER TABLE payment_archive EXCHANGE PARTITION p0 WITH TABLE payment"],
  ["payment design", "SET binlog_format = 'STATEMENT'", "USE other", "SELECT totesys.f_pay(1)"],
  ["payment design", "SET binlog_format = 'STATEMENT'", "UPDATE payment SET `of` = 1"],
  ["", "ALTER TABLE design ADD COLUMN former_name VARCHAR(80) COMMENT 'filled on rename of a design'"],
  ["", "ALTER TABLE design COMMENT 'rename to tote later'"],
  ["payment", "ALTER TABLE payment RENAME COLUMN id TO `of`, RENAME COLUMN `of` TO id"],
  ["payment", "ALTER TABLE payment DROP COLUMN `of`, ADD COLUMN `of` BIGINT DEFAULT 7"],
  ["payment", "ALTER TABLE payment MODIFY `of` INT"], ["payment", "ALTER TABLE payment DROP PRIMARY KEY, ADD PRIMARY KEY (id)"],
  ["payment", "RENAME TABLE payment TO x", "CREATE TABLE payment AS SELECT * FROM x"],
  [
    "", "GRANT SELECT ON totesys.* TO root@localhost", "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO TRUNCATE payment",
    "ANALYZE TABLE payment", "CREATE INDEX i ON payment (`of`)", "FLUSH TABLES", "CREATE VIEW v AS SELECT 1",
  ],
  [
    "", "CREATE DATABASE IF NOT EXISTS percona", "CREATE TABLE IF NOT EXISTS percona.checksums (tbl VARCHAR(64), n BIGINT)",
    "SET binlog_format = 'STATEMENT'", "REPLACE INTO percona.checksums SELECT 'payment', COUNT(*) FROM totesys.payment",
  ],
])("what the server logged has tables copied again, or is a table emptied, or harmless: %s for %s", async (wanted, ...statements) => {
  expect(what(await told(statements))).toEqual(wanted === "" ? [] : [wanted]);
});

test("LOAD DATA of a session that logs statements passes in a database that is not followed, and has tables copied again in "
  + "ours", async () => {
  writeFileSync(join(files, "rows.txt"), "5\t7\n");
  const load = (name: string) => `LOAD DATA INFILE '${join(files, "rows.txt")}' INTO TABLE ${name}`;
  expect(
    what(await told(["SET binlog_format = 'STATEMENT'", "USE other", load("t"), "INSERT INTO t VALUES (RAND() * 1000 + 10, @x := 3)"])),
  ).toEqual([]);
  expect(what(await told(["USE other", load("totesys.payment")]))).toEqual(["payment design"]);
});

test("a trigger or function of another database that writes into it is seen, though the statement names neither", async () => {
  await run("CREATE TRIGGER other.by_t AFTER INSERT ON other.t FOR EACH ROW INSERT INTO totesys.payment (id) VALUES (NEW.id)",
    "CREATE FUNCTION other.g(n INT) RETURNS INT BEGIN INSERT INTO totesys.design (id) VALUES (n); RETURN n; END",
    "CREATE TABLE other.u (id BIGINT)");
  for (const statement of ["INSERT INTO t (id) VALUES (3)", "INSERT INTO u VALUES (g(4))", "SELECT g(5)"]) {
    expect([
      statement, what(await told(["USE other", "SET binlog_format = 'STATEMENT'", statement])),
    ]).toEqual([statement, ["payment design"]]);
  }
});

test("a statement counts as one that may reach the followed tables if the log does not name the databases, as for the parent of a "
  + "foreign key", async () => {
  await run(
    "CREATE TABLE other.parent (id BIGINT PRIMARY KEY)",
    "INSERT INTO other.parent VALUES (1), (2)",
    "CREATE TABLE other.child (id BIGINT PRIMARY KEY, parent BIGINT, FOREIGN KEY (parent) REFERENCES other.parent (id) ON DELETE CASCADE)",
    "CREATE TRIGGER other.by_parent AFTER DELETE ON other.parent FOR EACH ROW INSERT INTO totesys.payment (id) VALUES (OLD.id)",
  );
  expect(what(await told(["USE other", "SET binlog_format = 'STATEMENT'", "DELETE FROM parent WHERE id = 1"]))).toEqual(["payment design"]);
});

test("a temporary table that bears a followed one's name is truncated without a message about the followed one", async () => {
  const temporary = ["SET binlog_format = 'STATEMENT'", "CREATE TEMPORARY TABLE payment (id BIGINT PRIMARY KEY)", "TRUNCATE TABLE payment"];
  expect(what(await told(temporary))).toEqual([]);
  expect(what(await told(["DROP TEMPORARY TABLE payment", "TRUNCATE TABLE payment"]))).toEqual(["emptied:payment"]);
});

test("invariant 2: an impossible time of commit makes no version that stands above all later ones", async () => {
  const insert = (id: number) => `INSERT INTO payment (id) VALUES (${id})`;
  const messages = await told([
    "SET SESSION original_commit_timestamp = 36028797018963960", insert(1), insert(2),
    "SET SESSION original_commit_timestamp = 4102444800000000", insert(3),
    "SET SESSION original_commit_timestamp = 36028797018963968", insert(4),
  ]);
  const versions = messages.flatMap((message) => (message.op === "create" ? [message.version] : []));
  expect(versions).toHaveLength(4);
  expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  expect(versions.at(-1)).toBeLessThan((Date.now() + 25 * 3_600_000) * 1000);
});

test("invariant 2: every statement takes a version, whatever it is and wherever, but SAVEPOINT; and a replay gives the same", async () => {
  const start = await head();
  const last = async (...statements: readonly string[]) => {
    const commits = (await told(statements)).filter((message) => message.op === "commit");
    return commits.at(-1)!.position.version;
  };
  let before = start.version;
  for (const statement of [
    "CREATE TABLE other.x (a INT)", "FLUSH TABLES", "ANALYZE TABLE other.t", "TRUNCATE other.t", "DROP TABLE other.x",
    "ALTER TABLE design COMMENT 'c'",
  ]) {
    const version = await last(statement);
    expect([statement, version > before]).toEqual([statement, true]);
    before = version;
  }
  const rows = (savepoint: readonly string[]) => told([
    "BEGIN", "INSERT INTO payment VALUES (1, 1)", ...savepoint, "INSERT INTO payment VALUES (2, 2)", "DELETE FROM payment", "COMMIT",
  ]);
  const versions = (messages: readonly Message[]) => messages.flatMap((message) => ("version" in message ? [message.version] : []));
  const steps = versions(await rows(["SAVEPOINT a", "RELEASE SAVEPOINT a", "SAVEPOINT b"]));
  expect(steps.map((version) => version - steps[0]!)).toEqual([0, 2, 4, 6]);
  const all = await told([], {}, start);
  expect(versions(await told([], {}, start))).toEqual(versions(all));
});

test("where such foreign keys are refused, one stops the stream by name while it is there; once it is gone the table is copied "
  + "again", async () => {
  const refused: MysqlSourceOptions = { cascades: "refuse" };
  const start = await head(),
    add = "ALTER TABLE payment ADD CONSTRAINT chain FOREIGN KEY (`of`) REFERENCES design (id) ON DELETE CASCADE";
  await expect(told([add], refused)).rejects.toMatchObject({
    name: "SourceDiverged",
    message: expect.stringMatching(/totesys, table payment: foreign key chain changes rows by itself .*Remedy: leave --cascades out/),
  });
  await run("INSERT INTO design VALUES (1, 1)", "INSERT INTO payment VALUES (1, 1)", "DELETE FROM design");
  await expect(told([], refused, start)).rejects.toThrow("foreign key chain");
  await run("ALTER TABLE payment DROP FOREIGN KEY chain");
  expect(what(await told([], refused, start))).toEqual(["payment", "payment"]);
});

test("a change of a parent, also of one outside the catalog, is followed by what its foreign keys lead to; a replay gives the same "
  + "versions", async () => {
  await run("CREATE TABLE maker (id BIGINT PRIMARY KEY, code BIGINT UNIQUE)", "INSERT INTO maker VALUES (1, 10), (2, 20)",
    "ALTER TABLE design ADD CONSTRAINT made FOREIGN KEY (`of`) REFERENCES maker (code) ON DELETE SET NULL ON UPDATE CASCADE",
    "ALTER TABLE payment ADD CONSTRAINT chain FOREIGN KEY (`of`) REFERENCES design (id) ON DELETE CASCADE",
    "INSERT INTO design VALUES (1, 10), (2, 20)", "INSERT INTO payment VALUES (1, 1)");
  const start = await head();
  const seen = await told(["UPDATE maker SET id = 3 WHERE id = 1", "UPDATE maker SET code = 11 WHERE id = 3",
    "DELETE FROM maker WHERE id = 2", "DELETE FROM design WHERE id = 1",
    "SET foreign_key_checks = 0", "DELETE FROM maker", "SET foreign_key_checks = 1"]);
  const followed = (messages: readonly Message[]) => messages.flatMap((message) => (message.op === "cascade"
    ? [message.hits.map(({ foreignKey, was, now }) => `${foreignKey.name} ${was} ${now}`).join()] : []));
  expect(followed(seen)).toEqual(["made 10 11", "made 20 null", "chain 1 null"]);
  const versionsOf = (messages: readonly Message[]) => messages.flatMap((each) => ("version" in each ? [each.version] : []));
  expect(versionsOf(await told([], {}, start))).toEqual(versionsOf(seen));
  expect(new Set(versionsOf(seen)).size).toBe(versionsOf(seen).length - 1);
});

test("a foreign key made to a table outside the catalog ends the stream, and the next one reads that table's rows", async () => {
  await run("CREATE TABLE maker (id BIGINT PRIMARY KEY)", "INSERT INTO maker VALUES (1)", "INSERT INTO design VALUES (1, 1)");
  const start = await head(), stop = new AbortController();
  await using source = openMysqlSource(url, followed, "before", stop.signal);
  const reading = (async () => {
    for await (const some of source.stream(start, stop.signal)) if (some.some(({ op }) => op === "connected")) {
      await run("ALTER TABLE design ADD CONSTRAINT made FOREIGN KEY (`of`) REFERENCES maker (id) ON DELETE SET NULL", "DELETE FROM maker");
    }
  })();
  await expect(reading).rejects.toThrow("references maker now");
  const seen = await told([], {}, start);
  expect(what(seen)).toEqual(["design"]);
  expect(seen.flatMap((message) => (message.op === "cascade" ? message.hits : []))).toMatchObject([{ was: ["1"], now: null }]);
});

test("invariant 10: a statement that does not say which rows it changed is named, also as one that comes again and again, and stops the "
  + "stream where that is wanted", async () => {
  const update = (n: number) => `UPDATE payment SET \`of\` = ${n} WHERE id = 'secret'`, start = await head();
  const [first, second] = recopies(await told(["SET binlog_format = 'STATEMENT'", update(1), update(2)]));
  expect(first!.reason).toMatch(
    /^may have been changed by a statement logged as text .*: UPDATE payment SET `of` = \? WHERE id = \? \(binary log \S+, ending at \d+\)$/,
  );
  expect(second!.reason).toMatch(/; statement number 2 of this kind since sync started/);
  const refusal = await told([], { unknownStatements: "stop" }, start).catch((error: unknown) => error);
  expect(refusal).toMatchObject({
    name: "SourceDiverged",
    message: expect.stringMatching(/tables payment, design may have been changed .*Remedy: start sync with --unknown-statements copy/),
  });
  expect(await told(["CREATE INDEX i ON payment (`of`)"], { unknownStatements: "stop" })).toContainEqual(
    expect.objectContaining({ op: "commit" }),
  );
});
