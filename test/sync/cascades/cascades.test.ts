import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "mysql2/promise";
import type { Engine } from "../../../engines/engine.js";
import { connectMysql, serverUrl } from "../../../runtime/mysql/mysql.js";
import { openSink, openStore } from "../../../stores/open.js";
import type { Store, TableSink } from "../../../stores/ports.js";
import { openMysqlSource } from "../../../sync/mysql/source.js";
import { runPipeline } from "../../../sync/pipeline/pipeline.js";
import type { PipelineState } from "../../../sync/state/state.js";
import { verify } from "../../../sync/verify/verify.js";
import { startMysql } from "../../support/mysql-server.js";
import { pipelineParts } from "../../support/pipeline-parts.js";
import { freshKeyspace } from "../../stores/cassandra/fresh-keyspace.js";
import { openTestStore } from "../../stores/elasticsearch/test-store.js";
import { place } from "../../stores/embedded/test-store.js";
import { withWriter } from "../../property/model/instead.js";
import { family, tables } from "./family.js";

jest.setTimeout(300_000);

/** A server whose foreign keys change rows unlogged, as all did before 9.6. */
const folder = mkdtempSync(join(tmpdir(), "sluice-cascades-"));
let server: Engine, db: Connection, url: URL;
const places: (AsyncDisposable & { readonly url: URL })[] = [];
beforeAll(async () => {
  server = await startMysql({ dataDir: join(folder, "mysql"), fresh: true, flags: { "innodb-native-foreign-keys": "ON" } });
  url = new URL("/family", server.url);
  db = await connectMysql(serverUrl(new URL(server.url)));
  await run("CREATE DATABASE family", "USE family", ...tables);
  places.push(await place(), await freshKeyspace(), openTestStore());
});
afterAll(async () => {
  for (const each of places) await each[Symbol.asyncDispose]();
  await db?.end();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function run(...statements: readonly string[]): Promise<void> {
  for (const statement of statements) await db.query(statement);
}

/** Feeds every store until it is disposed of. `wrap`: what stands between a pipeline and its sink. */
async function following(wrap = (sink: TableSink) => sink) {
  const stop = new AbortController(), states: PipelineState[] = [];
  const done = Promise.all(places.map(async (each) => {
    await using sink = await openSink(each.url);
    await using source = openMysqlSource(url, family, each.url.href, stop.signal);
    const parts = pipelineParts({ source, sink: wrap(sink), catalog: family });
    states.push(parts.state);
    await runPipeline(parts, stop.signal, new AbortController().signal);
  }));
  done.catch(() => undefined);
  const end = () => {
    stop.abort();
    return done;
  };
  return { states, done, [Symbol.asyncDispose]: async () => void (await end()) };
}

/** Every store equals MySQL, row by row and entry by entry, once it has caught up. */
async function mustBeEqual(): Promise<void> {
  const signal = new AbortController().signal;
  await using source = openMysqlSource(url, family, "verify", signal);
  const stores: Store[] = await Promise.all(places.map((each) => openStore(each.url)));
  try {
    const report = await verify({ source, stores, catalog: family, waitMs: 60_000 }, signal);
    expect(report.differences.map((each) => JSON.stringify(each))).toEqual([]);
    expect(report.equal).toBe(true);
  } finally {
    await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()));
  }
}

/** Customers 1 to 9, each with two invoices of three lines, and notes about all. */
async function filled(): Promise<void> {
  await run(
    "SET foreign_key_checks = 0", ...["customer", "invoice", "line", "note", "staff", "branch", "code", "country"].map((table) =>
      `DELETE FROM ${table}`), "SET foreign_key_checks = 1",
    "INSERT INTO customer WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT i, CONCAT('c', i) FROM n",
    "INSERT INTO invoice (id, customer_id, name) SELECT id * 10 + k, id, CONCAT('i', id, k) FROM customer, "
      + "(SELECT 1 AS k UNION SELECT 2) t",
    "INSERT INTO line SELECT id, k, name FROM invoice, (SELECT 1 AS k UNION SELECT 2 UNION SELECT 3) t",
    "INSERT INTO note SELECT id, customer_id, id, name FROM invoice",
    "INSERT INTO staff VALUES (1, NULL, 'a'), (2, 1, 'b'), (3, 1, 'c'), (4, 2, 'd')",
    "INSERT INTO branch VALUES (1, NULL, 'r'), (2, 1, 'a'), (3, 2, 'b'), (4, 3, 'c'), (5, NULL, 's'), (6, 5, 'd')",
    "INSERT INTO country VALUES ('de'), ('fr')", "INSERT INTO code VALUES (1, 'de'), (2, 'DE'), (3, 'fr')",
  );
}

const recopies = (states: readonly PipelineState[]) => states.map(({ name, now }) => `${name} ${now.recopies}`).sort();

test("what foreign keys change by themselves reaches every store: three levels, SET NULL, keys, trees", async () => {
  await filled();
  await using sync = await following();
  await mustBeEqual();
  await run("DELETE FROM customer WHERE id = 1", "DELETE FROM invoice WHERE id = 21");
  await mustBeEqual();
  await run("UPDATE customer SET id = id + 100 WHERE id IN (3, 4)", "UPDATE invoice SET id = 1 WHERE id = 51");
  await mustBeEqual();
  await run("START TRANSACTION", "DELETE FROM customer WHERE id IN (5, 6)", "INSERT INTO customer VALUES (5, 'again')",
    "INSERT INTO invoice (id, customer_id, name) VALUES (51, 5, 'new')", "INSERT INTO line VALUES (51, 1, 'new')", "COMMIT",
    "START TRANSACTION", "DELETE FROM customer WHERE id = 7", "ROLLBACK", "REPLACE INTO customer VALUES (8, 'replaced')");
  await mustBeEqual();
  // Cassandra finds no row by a text, nor by a field without a lookup: it copies such tables again.
  expect(recopies(sync.states)).toEqual(["cassandra 0", "elasticsearch 0", "embedded 0"]);
  await run("DELETE FROM staff WHERE id = 1", "DELETE FROM branch WHERE id = 1");
  await mustBeEqual();
  expect(recopies(sync.states).slice(1)).toEqual(["elasticsearch 0", "embedded 0"]);
  await run("DELETE FROM country WHERE code = 'de'", "UPDATE country SET code = 'it' WHERE code = 'fr'");
  await mustBeEqual();
});

test("with foreign_key_checks = 0 nothing follows", async () => {
  await filled();
  await using sync = await following();
  await mustBeEqual();
  await run("SET foreign_key_checks = 0", "DELETE FROM customer WHERE id = 2", "SET foreign_key_checks = 1");
  await mustBeEqual();
  expect(recopies(sync.states)).toEqual(["cassandra 0", "elasticsearch 0", "embedded 0"]);
});

test("5,000 children, and theirs, go with their parent", async () => {
  await filled();
  await run(`INSERT INTO invoice (id, customer_id, name)
    WITH RECURSIVE n AS (SELECT 1000 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 5999)
    SELECT /*+ SET_VAR(cte_max_recursion_depth = 10000) */ i, 9, 'many' FROM n`,
  "INSERT INTO line SELECT id, 1, 'l' FROM invoice WHERE id >= 1000");
  await using sync = await following();
  await mustBeEqual();
  await run("DELETE FROM customer WHERE id = 9");
  await mustBeEqual();
  expect(recopies(sync.states)).toEqual(["cassandra 0", "elasticsearch 0", "embedded 0"]);
});

test("parents go while their tables are copied for the first time", async () => {
  await filled();
  for (const each of places.splice(0)) await each[Symbol.asyncDispose]();
  places.push(await place(), await freshKeyspace(), openTestStore());
  await run(`INSERT INTO customer WITH RECURSIVE n AS (SELECT 1000 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 1299) SELECT i, 'c' FROM n`,
    "INSERT INTO invoice (id, customer_id, name) SELECT id * 10 + k, id, 'i' FROM customer, (SELECT 5 AS k UNION SELECT 6) t "
      + "WHERE id >= 1000",
    "INSERT INTO line SELECT id, k, name FROM invoice, (SELECT 4 AS k UNION SELECT 5 UNION SELECT 6) t WHERE id >= 10000");
  await using _ = await following();
  for (let id = 1000; id < 1300; id++) await run(
    id % 3 === 0 ? `UPDATE customer SET id = id + 1000 WHERE id = ${id}` : `DELETE FROM customer WHERE id = ${id}`,
  );
  await mustBeEqual();
});

test("invariant 7: a pipeline that breaks off in the middle of a cascade ends it after the next start", async () => {
  for (const writes of [0, 1, 2, 3]) {
    await filled();
    {
      await using _ = await following();
      await mustBeEqual();
    }
    await run("DELETE FROM customer WHERE id IN (1, 2)", "UPDATE customer SET id = 33 WHERE id = 3");
    let left = writes;
    const broken = (sink: TableSink) => withWriter(sink, (writer) => ({
      async write(changes, signal) {
        if (--left >= 0) return writer.write(changes, signal);
        await writer.write(changes.slice(0, Math.ceil(changes.length / 2)), signal);
        throw new Error("broken off");
      },
    }));
    const sync = await following(broken);
    await expect(sync.done).rejects.toThrow("broken off");
    await using _ = await following();
    await mustBeEqual();
  }
});

test("a foreign key made or dropped while sync runs is followed from its place on", async () => {
  await filled();
  await using _ = await following();
  await mustBeEqual();
  await run("ALTER TABLE line DROP FOREIGN KEY line_invoice", "DELETE FROM invoice WHERE id = 11");
  await mustBeEqual();
  await run("DELETE FROM line WHERE invoice_id = 11",
    "ALTER TABLE line ADD CONSTRAINT line_invoice FOREIGN KEY (invoice_id) REFERENCES invoice (id) ON DELETE CASCADE ON UPDATE CASCADE",
    "DELETE FROM customer WHERE id = 2", "RENAME TABLE customer TO former, former TO customer", "DELETE FROM customer WHERE id = 3");
  await mustBeEqual();
});
