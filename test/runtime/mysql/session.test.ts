import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RowDataPacket } from "mysql2";
import type { Connection } from "mysql2/promise";
import type { Engine } from "../../../engines/engine.js";
import { migrate } from "../../../migrations/migrate.js";
import { connectMysql, serverUrl } from "../../../runtime/mysql/mysql.js";
import { totesys } from "../../support/totesys.js";
import { preflight } from "../../../sync/mysql/preflight/preflight.js";
import { engineUrls } from "../../support/engines.js";
import { startMysql } from "../../support/mysql-server.js";

jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), "sluice-session-"));
let [server, root, url] = [null as unknown as Engine, null as unknown as Connection, null as unknown as URL];

/** A server whose every default differs from the session's, and a user to whom its init_connect applies. */
beforeAll(async () => {
  server = await startMysql({
    dataDir: join(folder, "mysql"), keep: false, fresh: true,
    flags: {
      "init-connect": "SET NAMES latin1, sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES', sql_select_limit = 3, sql_auto_is_null = 1",
      "autocommit": "0", "default-time-zone": "+05:30", "max-execution-time": "1", "transaction-isolation": "READ-UNCOMMITTED",
      "sql-mode": "ANSI",
    },
  });
  root = await connectMysql(serverUrl(new URL(server.url)));
  await root.query("CREATE USER plain IDENTIFIED BY 'p'");
  await root.query("GRANT ALL ON shop.* TO plain");
  await root.query("CREATE DATABASE shop");
  await root.query("CREATE TABLE shop.word (id INT PRIMARY KEY, text VARCHAR(20) CHARACTER SET utf8mb4, at TIMESTAMP)");
  await root.query(
    "INSERT INTO shop.word VALUES (1, 'naïve', '2026-01-01 12:00:00'), (2, '蓝色', '2026-01-01 12:00:00'), (3, '😀', '2026-01-01 "
      + "12:00:00'), (4, 'd', '2026-01-01 12:00:00')",
  );
  url = new URL(server.url);
  [url.username, url.password, url.pathname] = ["plain", "p", "/shop"];
});
afterAll(async () => {
  await root.end();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("whatever a server's defaults and its init_connect say, a session of ours reads every row, its text and its times, and sees what is "
  + "committed by then", async () => {
  await using connection = await connectMysql(url);
  const rows = async () => (await connection.query<RowDataPacket[]>("SELECT id, text, at, 'it\\'s' AS quoted FROM word ORDER BY id"))[0];
  expect((await rows()).map(({ text, at, quoted }) => [text, at, quoted])).toEqual(
    ["naïve", "蓝色", "😀", "d"].map((text) => [text, "2026-01-01 12:00:00", "it's"]),
  );
  // With the server's autocommit=0 its read view would stay open.
  await root.query("INSERT INTO shop.word VALUES (5, 'later', '2026-01-01 12:00:00')");
  expect(await rows()).toHaveLength(5);
  const [[session]] = await connection.query<RowDataPacket[]>("SELECT @@max_execution_time AS most, @@transaction_isolation AS isolation");
  expect(session).toEqual({ most: "0", isolation: "REPEATABLE-READ" });
});

test("a MariaDB server can be asked too, and told from MySQL", async () => {
  await using connection = await connectMysql(serverUrl(new URL(engineUrls().mariadb)));
  const [[row]] = await connection.query<RowDataPacket[]>("SELECT @@version AS version");
  expect(row!.version).toMatch(/MariaDB/);
});

test("point 3: a database is named as the server spells it, which is how its log does: another spelling that the server takes is a "
  + "finding", async () => {
  const other = await startMysql({ dataDir: join(folder, "lower"), fresh: true, flags: { "lower-case-table-names": "1" } });
  try {
    const [right, wrong] = [new URL("/totesys", other.url), new URL("/Totesys", other.url)];
    await migrate(right);
    expect(await preflight(right, totesys)).toEqual([]);
    expect(await preflight(wrong, totesys)).toEqual([
      expect.objectContaining({
        problem: expect.stringContaining("does not exist by this name"),
        remedy: expect.stringContaining("write totesys in the URL"),
      }),
    ]);
    await expect(connectMysql(wrong)).rejects.toThrow("its URL names the database Totesys, which the server calls totesys");
  } finally {
    await other.stop();
  }
});

test("where case matters a database of another case is another one, and said to be there", async () => {
  const wrong = new URL("/Shop", server.url);
  expect(await preflight(wrong, totesys)).toContainEqual(
    expect.objectContaining({ remedy: "write shop in the URL, as the server calls it" }),
  );
});
