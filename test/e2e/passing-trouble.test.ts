import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { newState } from "../support/new-state.js";
import type { Engine } from "../../engines/engine.js";
import { migrate } from "../../migrations/migrate.js";
import { deniedBy, mayPass } from "../../runtime/mysql/lost.js";
import { sleep } from "../../runtime/wait.js";
import { totesys } from "../support/totesys.js";
import { openSink, openStore } from "../../stores/open.js";
import { AccessDenied } from "../../sync/mysql/binlog/errors.js";
import { classifyRefusal, ConnectionLost } from "../../sync/mysql/binlog/wire/refusal.js";
import { Reading } from "../../sync/mysql/connection/reading.js";
import { openMysqlSource } from "../../sync/mysql/source.js";
import { runPipeline } from "../../sync/pipeline/pipeline.js";
import type { PipelineState } from "../../sync/state/state.js";
import { type PipelineStatus, statusOf } from "../../sync/state/status.js";
import { defaultLimits } from "../../sync/writing/parts.js";
import { startMysql } from "../support/mysql-server.js";
import { pipelineParts } from "../support/pipeline-parts.js";

jest.setTimeout(120_000);

const never = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), "sluice-passing-"));
const store = new URL(`sqlite://${folder}/store.db`);
let [server, root, url] = [null as unknown as Engine, null as unknown as Connection, null as unknown as URL];
const startAgain = (port?: number) => startMysql({ dataDir: join(folder, "mysql"), ...(port && { port }) });
const connectRoot = () => createConnection(new URL("/totesys", server.url).href);

beforeAll(async () => {
  server = await startAgain();
  await migrate(new URL("/totesys", server.url));
  root = await connectRoot();
  for (const statement of [
    "CREATE USER sync IDENTIFIED BY 'first'", "GRANT SELECT ON totesys.* TO sync",
    "GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO sync",
  ]) await root.query(statement);
  url = new URL("/totesys", server.url);
  [url.username, url.password] = ["sync", "first"];
});
afterAll(async () => {
  await root.end();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A pipeline of a sync that the server has let in before. */
function syncing(): AsyncDisposable & { readonly state: PipelineState } {
  const stop = new AbortController(), state = newState("embedded");
  const run = async () => {
    await using source = openMysqlSource(url, totesys, "test", stop.signal, { hasAnswered: true });
    await using sink = await openSink(store);
    await runPipeline(pipelineParts({ source, sink, catalog: totesys, limits: defaultLimits, state }), stop.signal, never);
  };
  const ended = run();
  ended.catch(() => undefined);
  return {
    state,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

async function until(state: PipelineState, holds: (status: PipelineStatus) => boolean): Promise<PipelineStatus> {
  for (const deadline = Date.now() + 40_000; Date.now() < deadline; await sleep(20, never)) {
    const status = statusOf(state);
    if (holds(status)) return status;
  }
  throw new Error(`not so within 40 s: ${JSON.stringify(statusOf(state))}`);
}

let id = 0;

/** Whether a row that is written now reaches the store. */
async function reaches(state: PipelineState): Promise<boolean> {
  const key = String(++id);
  await root.query("INSERT INTO design (design_id, design_name, file_location, file_name) VALUES (?, 'Tote', '/art', 'a.png')", [key]);
  await until(state, (status) => status.state === "streaming");
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(50, never)) {
    await using reading = await openStore(store);
    if ((await reading.rows!.get(totesys.entity("design"), [[key]]))[0]) return true;
  }
  return false;
}

/** Ends the user's connections: all, or the one that reads the log. */
async function kill(command = "%"): Promise<void> {
  const [connections] = await root.query<RowDataPacket[]>(
    "SELECT id FROM information_schema.processlist WHERE user = 'sync' AND command LIKE ?", [command],
  );
  // A connection that ended meanwhile needs no kill.
  for (const each of connections) await root.query(`KILL ${each.id}`).catch((
    error: { readonly code?: string },
  ) => expect(error.code).toBe("ER_NO_SUCH_THREAD"));
}

test.each([
  {
    what: "a password that is changed", begin: ["ALTER USER sync IDENTIFIED BY 'second'"], ends: "%",
    error: /Access denied for user 'sync'.*Remedy: .*where the password was changed meanwhile, start again with the new one/,
    end: ["ALTER USER sync IDENTIFIED BY 'first'"],
  },
  {
    what: "an account that is locked", begin: ["ALTER USER sync ACCOUNT LOCK"], ends: "%",
    error: /Account is locked.*Remedy: .*user and password/, end: ["ALTER USER sync ACCOUNT UNLOCK"],
  },
  {
    what: "a privilege that is taken away", begin: ["REVOKE REPLICATION SLAVE ON *.* FROM sync"], ends: "Binlog%",
    error: /Access denied for user 'sync'.*Remedy: as an administrator, grant the user REPLICATION SLAVE/,
    end: ["GRANT REPLICATION SLAVE ON *.* TO sync"],
  },
  {
    what: "a server in offline mode", begin: ["SET GLOBAL offline_mode = ON"], ends: "",
    error: /offline mode.*Remedy: SET GLOBAL offline_mode = OFF/, end: ["SET GLOBAL offline_mode = OFF"],
  },
])("point 8: $what under a running sync is waited for, with the true remedy in its status", async ({ begin, ends, error, end }) => {
  await using sync = syncing();
  expect(await reaches(sync.state)).toBe(true);
  for (const statement of begin) await root.query(statement);
  await kill(ends);
  const { error: told } = await until(sync.state, ({ state }) => state === "retrying");
  expect(told).toMatch(error);
  for (const statement of end) await root.query(statement);
  expect(await reaches(sync.state)).toBe(true);
});

test.each([
  [1159, "Got timeout reading communication packets"], [1158, "Got an error reading communication packets"], [1152, "Aborted connection"],
  [1053, "Server shutdown in progress"],
  [1317, "Query execution was interrupted"], [4031, "The client was disconnected by the server because of inactivity"],
  [3032, "The server is currently in offline mode"], [1040, "Too many connections"],
])("point 8: the error %i, %s, passes: the statement is asked again", async (errno, message) => {
  await using reading = new Reading(url);
  let asked = 0;
  const answer = await reading.ask(async (connection) => {
    if (++asked === 1) await connection.query(`SIGNAL SQLSTATE '08S01' SET MYSQL_ERRNO = ${errno}, MESSAGE_TEXT = '${message}'`);
    return (await connection.query<RowDataPacket[]>("SELECT 1 AS one"))[0][0]!.one;
  }, never);
  expect([asked, Number(answer)]).toEqual([2, 1]);
});

test("point 8: a server that answered and dies while sync asks what it is, is waited for; one that never answered is a "
  + "finding", async () => {
  const told: string[] = [];
  await root.query("LOCK TABLES address WRITE");
  await using source = openMysqlSource(url, totesys, "test", never, { away: (error) => told.push((error as Error).message) });
  const found = source.preflight();
  for (;;) {
    const [waiting] = await root.query<RowDataPacket[]>("SHOW PROCESSLIST");
    if (waiting.some(({ State: state }) => String(state).includes("metadata lock"))) break;
  }
  await root.end().catch(() => root.destroy());
  await server.stop();
  await using other = openMysqlSource(url, totesys, "test", never, { away: () => undefined });
  expect(await other.preflight()).toEqual([expect.objectContaining({ problem: expect.stringContaining("ECONNREFUSED") })]);
  server = await startAgain(Number(url.port));
  root = await connectRoot();
  expect(await found).toEqual([]);
  expect(told).toHaveLength(1);
});

test("the reader of the log, which knows nothing of the rest, classifies every error of a server as the rest does", () => {
  for (let errno = 1_000; errno < 5_000; errno++) {
    if (errno === 1236) continue;
    const refusal = classifyRefusal({ errno, message: "" }, 1);
    expect([errno, refusal instanceof ConnectionLost, refusal instanceof AccessDenied]).toEqual([
      errno, mayPass({ errno }), deniedBy({ errno }) !== null,
    ]);
  }
});
