import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectMysql, serverUrl } from "../../../../runtime/mysql/mysql.js";
import { catalog } from "../../../../schema/catalog.js";
import { openMysqlSource } from "../../../../sync/mysql/source.js";
import { freshDatabase, type FreshDatabase } from "../../../migrations/fresh-database.js";
import { engineUrls } from "../../../support/engines.js";
import { startMysql } from "../../../support/mysql-server.js";
import { openProxy } from "../binlog/support/proxy.js";
import { entity, choice, decimal, int32, int64, nullable, reference, string, timestamp } from "../../../support/declare.js";

jest.setTimeout(60_000);

const parent = entity("parent", {
  description: "A parent.", key: ["id"], owner: { kind: "everyone" },
  fields: { id: int64("public", "Key."), name: string(20, "public", "Name.") },
});
const child = entity("child", {
  description: "A child.", key: ["id"], owner: { kind: "everyone" },
  fields: {
    id: int64("public", "Key."), parent_id: nullable(reference(parent, "public", "Whose.")), price: decimal(10, 2, "public", "Price."),
    count: int32("public", "Number."), seen: timestamp("public", "Moment."), kind: choice(["A", "B"], "public", "Kind."),
  },
});
const family = catalog([parent, child]);
const goodParent = "CREATE TABLE parent (id BIGINT PRIMARY KEY, name VARCHAR(20) NOT NULL)";
const goodChild = `CREATE TABLE child (id BIGINT PRIMARY KEY, parent_id BIGINT, price DECIMAL(10,2) NOT NULL, count INT NOT NULL,
  seen DATETIME(6) NOT NULL, kind ENUM('A','B') NOT NULL,
  FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE CASCADE)`;

async function findingsOf(database: Pick<FreshDatabase, "name" | "url">, url = database.url) {
  await using source = openMysqlSource(url, family, database.name, new AbortController().signal);
  return (await source.preflight()).map(({ where, problem, remedy }) => {
    expect(remedy).toMatch(/\S{4}/);
    return `${where}: ${problem}`;
  });
}

async function made(ddl: readonly string[]): Promise<FreshDatabase> {
  const database = await freshDatabase("preflight");
  await database.server.query(`CREATE DATABASE ${database.name}`);
  await database.server.query(`USE ${database.name}`);
  for (const statement of ddl) await database.server.query(statement);
  return database;
}

test("MariaDB is named as what it is, with the remedy, and asked nothing that it does not understand", async () => {
  expect(await findingsOf({ name: "any", url: new URL("/any", engineUrls().mariadb) })).toEqual([
    expect.stringMatching(/: it is MariaDB [\d.]+.*, which cannot be followed yet$/),
  ]);
});

test("a server that goes away while it is asked is a finding, whenever that is", async () => {
  await using database = await made([goodParent, goodChild]);
  for (const bytes of [1, 300, 800, 1_500, 2_500]) {
    await using proxy = await openProxy(Number(database.url.port));
    const url = new URL(database.url);
    url.port = String(proxy.port);
    const found = findingsOf(database, url);
    let isOver = false;
    void found.finally(() => { isOver = true; }).catch(() => undefined);
    while (proxy.received() < bytes && !isOver) await new Promise(setImmediate);
    proxy.cut();
    expect(isOver || (await found).length === 1).toBe(true);
    await found;
  }
});

test("a server and tables that fit: nothing to find", async () => {
  await using database = await made([goodParent, goodChild]);
  expect(await findingsOf(database)).toEqual([]);
});

test("every problem of every table is found at once", async () => {
  await using database = await made([
    "CREATE TABLE parent (id BIGINT, name VARBINARY(20)) ENGINE = MyISAM",
    "CREATE TABLE child (id BIGINT, parent_id BIGINT, price DECIMAL(12,4), count DOUBLE, kind ENUM('A','B','C'), PRIMARY KEY (id, "
      + "parent_id))",
  ]);
  const found = await findingsOf(database);
  const wanted = [
    /parent: its engine is MyISAM/, /parent: it has no primary key/, /parent: column name is binary VARCHAR; it must be VARCHAR\(20\)/,
    /child: its primary key is \(id, parent_id\); the catalog says \(id\)/,
    /child: column price is DECIMAL\(12,4\); it must be DECIMAL\(10,2\)/,
    /child: column count is DOUBLE; it must be an integer type/, /child: column seen does not exist/,
    /child: column kind has members the catalog does not know: C/,
  ];
  expect(found).toHaveLength(wanted.length);
  for (const text of wanted) expect(found).toContainEqual(expect.stringMatching(text));
});

test("a missing table, a missing database, a URL without one", async () => {
  await using database = await made([goodParent]);
  expect(await findingsOf(database)).toEqual([expect.stringMatching(/table child: it does not exist/)]);
  const [other, none] = [new URL(database.url), new URL(database.url)];
  other.pathname = `/${database.name}_not`;
  none.pathname = "";
  expect(await findingsOf(database, other)).toEqual([expect.stringMatching(/_not: it does not exist/)]);
  expect(await findingsOf(database, none)).toEqual([expect.stringMatching(/names no database/)]);
});

test("invariant 3: rows a foreign key deletes by itself are in the stream of a server that preflight passes", async () => {
  await using database = await made([
    goodParent, goodChild, "INSERT INTO parent VALUES (1, 'p')",
    "INSERT INTO child VALUES (7, 1, 1, 1, NOW(6), 'A'), (8, 1, 1, 1, NOW(6), 'A')",
  ]);
  const stop = new AbortController();
  await using source = openMysqlSource(database.url, family, database.name, stop.signal);
  expect(await source.preflight()).toEqual([]);
  const start = await source.head();
  await database.server.query("DELETE FROM parent");
  const end = await source.head();
  const gone: string[] = [];
  for await (const messages of source.stream(start, stop.signal)) {
    for (const m of messages) {
      if (m.op === "delete") gone.push(`${m.entity} ${m.key[0]}`);
      if (m.op === "commit" && source.reached(m.position, end)) stop.abort();
    }
  }
  expect(gone.sort()).toEqual(["child 7", "child 8", "parent 1"]);
});

test("foreign keys that change rows unlogged are refused where the operator says so, and where they cannot be followed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-preflight-"));
  const server = await startMysql({ dataDir: folder, fresh: true, flags: { "innodb-native-foreign-keys": "ON" } });
  const db = await connectMysql(serverUrl(new URL(server.url)));
  try {
    for (const statement of ["CREATE DATABASE family", "USE family", goodParent, goodChild]) await db.query(statement);
    const url = new URL("/family", server.url);
    const ask = async (cascades: "follow" | "refuse") => {
      await using source = openMysqlSource(url, family, "family", new AbortController().signal, { cascades });
      return (await source.preflight()).map(({ where, problem, remedy }) => `${where}: ${problem}; ${remedy}`);
    };
    expect(await ask("follow")).toEqual([]);
    expect(await ask("refuse")).toEqual([
      expect.stringMatching(/table child: foreign key child_ibfk_1 changes rows by itself .*, and --cascades is refuse; leave --casc/),
    ]);
    await db.query("CREATE DATABASE other");
    await db.query("CREATE TABLE other.parent (id BIGINT PRIMARY KEY)");
    await db.query("ALTER TABLE child ADD CONSTRAINT abroad FOREIGN KEY (parent_id) REFERENCES other.parent (id) ON DELETE SET NULL");
    expect(await ask("follow")).toEqual([expect.stringMatching(/foreign key abroad .*its parent is in the database other/)]);
  } finally {
    await db.end();
    await server.stop();
    rmSync(folder, { recursive: true });
  }
});

test("a replica that does not log what it replicates is refused", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-preflight-"));
  const server = await startMysql({ dataDir: folder, fresh: true, flags: { "log-replica-updates": "OFF" } });
  const db = await connectMysql(serverUrl(new URL(server.url)));
  try {
    for (const statement of ["CREATE DATABASE replica", "USE replica", goodParent, goodChild]) await db.query(statement);
    const ask = () => findingsOf({ name: "replica", url: new URL("/replica", server.url) });
    expect(await ask()).toEqual([]);
    await db.query("CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = 1");
    expect(await ask()).toEqual([expect.stringContaining("a replica that does not log what it replicates")]);
  } finally {
    await db.end();
    await server.stop();
    rmSync(folder, { recursive: true });
  }
});
