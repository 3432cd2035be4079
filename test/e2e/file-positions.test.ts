import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { migrate } from "../../migrations/migrate.js";
import { PreflightFailed } from "../../runtime/findings.js";
import { sleep } from "../../runtime/wait.js";
import type { Position } from "../../schema/position.js";
import { totesys } from "../support/totesys.js";
import { namedByEngine } from "../../stores/named.js";
import { openStore } from "../../stores/open.js";
import { runSync } from "../../sync/main.js";
import { openMysqlSource } from "../../sync/mysql/source.js";
import { formatDifference } from "../../sync/verify/report/report.js";
import { verify } from "../../sync/verify/verify.js";
import { startMysql } from "../support/mysql-server.js";

jest.setTimeout(180_000);

const folder = mkdtempSync(join(tmpdir(), "sluice-files-"));
const store = new URL(`sqlite://${folder}/store.db`);
const flags = { "gtid-mode": "OFF", "enforce-gtid-consistency": "OFF" };
const start = (
  server: string, fresh = false, port?: number,
) => startMysql({ dataDir: join(folder, server), fresh, flags, ...(port && { port }) });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (server: { readonly url: string }) => new URL("/totesys", server.url);
const config = (mysql: URL) => ({
  mysql, stores: [namedByEngine(store)], syncHost: "127.0.0.1", syncPort: 0, maxRejections: 10, allowFilePositions: true,
});

/** A sync of this process, drained at the end of the scope. */
function syncing(mysql: URL): AsyncDisposable {
  const stop = new AbortController();
  const ended = runSync(config(mysql), stop.signal);
  ended.catch(() => undefined);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

async function query(mysql: URL, ...statements: readonly string[]): Promise<void> {
  const connection = await createConnection(mysql.href);
  for (const statement of statements) await connection.query(statement);
  await connection.end();
}

const design = (id: number, name = "Tote") =>
  `INSERT INTO design (design_id, design_name, file_location, file_name) VALUES (${id}, '${name}', '/art', 'a.png')`;

/** Waits until the store has caught up. */
async function differences(mysql: URL): Promise<string[]> {
  const never = new AbortController().signal;
  await using source = openMysqlSource(mysql, totesys, "test", never);
  await using reading = await openStore(store);
  const report = await verify({ source, stores: [reading], catalog: totesys, waitMs: 60_000 }, never);
  expect(report.tables.find(({ table }) => table === "design")!.rows).toBeGreaterThan(0);
  return report.differences.map(formatDifference);
}

async function position(): Promise<Position> {
  await using reading = await openStore(store);
  const progress = (await reading.progress())!;
  return progress.position;
}

test("without GTIDs a server is followed by file and offset, through rotations, restarts of sync and of the server; another server's "
  + "files are not taken for its own", async () => {
  let server = await start("one", true);
  await migrate(at(server));
  await query(at(server), design(1), design(2));
  const refusal = await runSync(
    { ...config(at(server)), allowFilePositions: false }, new AbortController().signal,
  ).catch((error: unknown) => error);
  expect((refusal as PreflightFailed).findings).toEqual([expect.objectContaining({
    problem: expect.stringMatching(/^gtid_mode is OFF/), remedy: expect.stringMatching(/--allow-file-positions/),
  })]);

  {
    await using _ = syncing(at(server));
    expect(await differences(at(server))).toEqual([]);
    await query(
      at(server), design(3), "FLUSH BINARY LOGS", design(4), "UPDATE design SET design_name = 'Bag' WHERE design_id = 1",
      "FLUSH BINARY LOGS",
    );
    expect(await differences(at(server))).toEqual([]);
  }
  const first = await position();
  expect(first).toMatchObject({
    gtids: "", file: expect.stringMatching(/^binlog\.\d{6}$/), server: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });

  // While sync is away: rows, rotations, and the server begins a file of its own when it restarts.
  await query(at(server), design(5), "FLUSH BINARY LOGS", "DELETE FROM design WHERE design_id = 2");
  await server.stop();
  server = await start("one");
  await query(at(server), design(6));
  {
    await using _ = syncing(at(server));
    expect(await differences(at(server))).toEqual([]);
    // The server goes away under a running sync.
    await query(at(server), design(7));
    await server.stop();
    server = await start("one", false, Number(new URL(server.url).port));
    await query(at(server), design(8));
    expect(await differences(at(server))).toEqual([]);
    // GTIDs begin: the position stays one by file, because a set would lack what came before.
    await query(
      at(server), "SET GLOBAL enforce_gtid_consistency = ON",
      ...["OFF_PERMISSIVE", "ON_PERMISSIVE", "ON"].map((mode) => `SET GLOBAL gtid_mode = ${mode}`), design(20), "FLUSH BINARY LOGS",
    );
    expect(await differences(at(server))).toEqual([]);
  }
  await query(at(server), design(21));
  {
    await using _ = syncing(at(server));
    expect(await differences(at(server))).toEqual([]);
  }
  const last = await position();
  expect([last.gtids, last.server, last.file > first.file, last.version > first.version]).toEqual(["", first.server, true, true]);
  await server.stop();

  // The same names of files, and rows of its own.
  const other = await start("two", true);
  await migrate(at(other));
  await query(at(other), design(1, "Other"), design(9), ...Array.from({ length: 6 }, () => "FLUSH BINARY LOGS"));
  {
    await using _ = syncing(at(other));
    expect(await differences(at(other))).toEqual([]);
    await query(at(other), design(10));
    expect(await differences(at(other))).toEqual([]);
  }
  expect((await position()).server).not.toBe(first.server);

  // The files begin again: the position's file is gone, and what came after it is not known.
  await query(at(other), "RESET BINARY LOGS AND GTIDS", "UPDATE design SET design_name = 'Anew' WHERE design_id = 9");
  {
    await using _ = syncing(at(other));
    // Until sync has noticed, its place in the old files counts as one after everything in the new files.
    for (const deadline = Date.now() + 60_000; (await position()).file !== "binlog.000001" && Date.now() < deadline;) await sleep(
      20, new AbortController().signal,
    );
    expect(await differences(at(other))).toEqual([]);
  }
  await other.stop();
});
