import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { migrate } from "../../migrations/migrate.js";
import { openLog } from "../../runtime/log.js";
import { mysqlOptions } from "../../runtime/mysql/mysql.js";
import { sleep } from "../../runtime/wait.js";
import { totesys } from "../support/totesys.js";
import { openSink, openStore } from "../../stores/open.js";
import { ReaderAhead } from "../../sync/mysql/binlog/errors.js";
import { logHistory } from "../../sync/mysql/binlog/history.js";
import { readBinlog } from "../../sync/mysql/binlog/reader.js";
import { logFacts, provenForecastOf } from "../../sync/mysql/preflight/log-facts.js";
import { openMysqlSource } from "../../sync/mysql/source.js";
import { runPipeline } from "../../sync/pipeline/pipeline.js";
import type { Source } from "../../sync/source.js";
import { formatDifference } from "../../sync/verify/report/report.js";
import { verify } from "../../sync/verify/verify.js";
import { defaultLimits } from "../../sync/writing/parts.js";
import { instead } from "../property/model/instead.js";
import { startMysql } from "../support/mysql-server.js";
import { pipelineParts } from "../support/pipeline-parts.js";

jest.setTimeout(120_000);

const never = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), "sluice-history-"));
const store = new URL(`sqlite://${folder}/store.db`);
const withoutGtids = { "gtid-mode": "OFF", "enforce-gtid-consistency": "OFF" };

/** A server with the tables, and a session that can change rows without a trace in the log, as a restore does. */
interface Server extends AsyncDisposable {
  readonly url: URL;
  readonly db: Connection;
  readonly uuid: string;
  readonly hasGtids: boolean;
}

async function server(name: string, flags: { readonly [name: string]: string } = {}): Promise<Server> {
  const engine = await startMysql({ dataDir: join(folder, name), fresh: true, flags });
  const url = new URL("/totesys", engine.url);
  await migrate(url);
  const db = await createConnection(url.href);
  const [[row]] = await db.query<RowDataPacket[]>("SELECT @@server_uuid AS uuid");
  return {
    url, db, uuid: String(row!.uuid), hasGtids: flags !== withoutGtids,
    async [Symbol.asyncDispose]() {
      await db.end();
      await engine.stop();
    },
  };
}

let open: Server[];
let [one, two, bare]: Server[] = [];
beforeAll(async () => {
  open = await Promise.all([server("one"), server("two"), server("bare", withoutGtids)]);
  [one, two, bare] = open;
});
afterAll(async () => {
  for (const each of open) await each[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const insert = (id: number, name: string) =>
  `INSERT INTO design (design_id, design_name, file_location, file_name) VALUES (${id}, '${name}', '/art', 'a.png')`;
const reset = "RESET BINARY LOGS AND GTIDS";
/** The transactions that every history begins with, and those that the lost one goes on with. */
const [common, lost] = [[1, 2, 3], [4, 5, 6, 7]];

/** Writes rows, a transaction each, whose sizes in the log are the same in both histories. */
async function write({ db }: Server, ids: readonly number[], name: string): Promise<void> {
  for (const id of ids) await db.query(insert(id, name));
}

/**
 * Puts the server back as a backup has it, or as on its first day: the common rows, and nothing in the log, or all of it that was purged.
 */
async function restore({ db, hasGtids }: Server, executed: string, ids: readonly number[] = common): Promise<void> {
  await db.query("SET sql_log_bin = 0");
  await db.query("DELETE FROM design");
  for (const id of ids) await db.query(insert(id, "common"));
  await db.query("SET sql_log_bin = 1");
  // Without GTIDs a file is told from others by the second it was begun in.
  if (!hasGtids) await sleep(1_000 - (Date.now() % 1_000), never);
  await db.query(reset);
  if (executed) await db.query(`SET GLOBAL gtid_purged = '${executed}'`);
}

/** A sync of this process, drained at the end of the scope. It reads nothing of `held` before that resolves. */
function syncing(mysql: URL, held?: Promise<void>): AsyncDisposable {
  const stop = new AbortController();
  const run = async () => {
    await using source = openMysqlSource(mysql, totesys, "test", stop.signal);
    await using sink = await openSink(store);
    const holding = instead<Source>(source, {
      async *chunk(entity, range, seen, signal) {
        if (entity.table === "transaction") await held;
        yield* source.chunk(entity, range, seen, signal);
      },
    });
    const log = openLog("test", process.env.SLUICE_LOG ?? "silent");
    await runPipeline(pipelineParts({ source: holding, sink, catalog: totesys, limits: defaultLimits, log }), stop.signal, never);
  };
  const ended = run();
  ended.catch(() => undefined);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

async function differences({ url }: Server): Promise<string[]> {
  await using source = openMysqlSource(url, totesys, "test", never);
  await using reading = await openStore(store);
  const report = await verify({ source, stores: [reading], catalog: totesys, waitMs: 0 }, never);
  return report.differences.map(formatDifference);
}

/** Waits at most a minute until the store is equal; returns what differs then. */
async function settled(at: Server): Promise<string[]> {
  for (const deadline = Date.now() + 60_000; ; await sleep(200, never)) {
    const found = await differences(at).catch((error: unknown) => [String(error)]);
    if (found.length === 0 || Date.now() > deadline) return found;
  }
}

/** Waits until the copy has stored a row of that name. */
async function untilHeld(name: string): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(50, never)) {
    await using reading = await openStore(store);
    const found = await reading.rows!.get(totesys.entity("design"), [[String(lost[0])]]).catch(() => []);
    if (found[0]?.design_name === name) return;
  }
  throw new Error(`no row ${name} in the store`);
}

/** A store that is equal to the history that is about to be lost. */
async function fed(from: Server): Promise<void> {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(`${folder}/store.db${suffix}`, { force: true });
  await restore(from, "", []);
  await write(from, common, "common");
}

type When = "while sync is stopped" | "while it streams" | "while it copies";
interface Variant {
  readonly when: When;
  /** The number of transactions after it. With 7 the log as a whole has as many as the store knows. */
  readonly many: "fewer" | "as many" | "more";
  /** `restored`: a backup with the first three was put back, so only what came after it is written again. */
  readonly how?: "reset" | "restored" | "restored elsewhere";
  readonly gtids?: "with" | "without";
}

const variants: readonly Variant[] = [
  ...([
    "while sync is stopped", "while it streams", "while it copies",
  ] as const).flatMap((when) => (["fewer", "as many", "more"] as const).map((many) => ({ when, many }))),
  { when: "while sync is stopped", many: "as many", how: "restored" },
  { when: "while it streams", many: "more", how: "restored" },
  { when: "while sync is stopped", many: "more", how: "restored elsewhere" },
  { when: "while sync is stopped", many: "as many", gtids: "without" },
  { when: "while it streams", many: "fewer", gtids: "without" },
  { when: "while it copies", many: "more", gtids: "without" },
];

const nameOf = ({ when, many, how = "reset", gtids = "with" }: Variant) => `${how} ${when}, then ${many} transactions, ${gtids} GTIDs`;

describe("a position knows its history: a store ends equal by itself when the log is", () => {
  test.each(
    variants.map((variant) => [nameOf(variant), variant] as const),
  )("%s", async (_, { when, many, how = "reset", gtids = "with" }) => {
    const from = gtids === "with" ? one! : bare!, to = how === "restored elsewhere" ? two! : from;
    const again = { "fewer": 3, "as many": 4, "more": 9 }[many] + (how === "reset" ? common.length : 0);
    const replace = async () => {
      await restore(to, how === "reset" ? "" : `${from.uuid}:1-${common.length}`);
      await write(to, Array.from({ length: again }, (_, i) => 100 + i), "another");
    };
    await fed(from);
    if (when === "while it copies") {
      await write(from, lost, "lost");
      let release = (): void => undefined;
      await using _ = syncing(from.url, new Promise((resolve) => { release = resolve; }));
      await untilHeld("lost");
      await replace();
      release();
      expect(await settled(to)).toEqual([]);
      return;
    }
    {
      await using _ = syncing(from.url);
      await write(from, lost, "lost");
      expect(await settled(from)).toEqual([]);
      if (when === "while it streams") {
        await replace();
        expect(await settled(to)).toEqual([]);
      }
    }
    if (when === "while sync is stopped") {
      await replace();
      await using _ = syncing(to.url);
      expect(await settled(to)).toEqual([]);
    }
  });
});

test("point 8: that a server lacks what was read is said at once where nothing is being committed there, nor received from another "
  + "server", async () => {
  const waits = async () => {
    const [[row]] = await one!.db.query<RowDataPacket[]>(
      "SELECT SUM(count_star) AS n FROM performance_schema.events_statements_summary_by_digest WHERE digest_text LIKE "
        + "'%WAIT_FOR_EXECUTED%'",
    );
    return Number(row!.n);
  };
  const before = await waits();
  const options = { connection: mysqlOptions(one!.url), serverId: 4711, start: { gtids: `${randomUUID()}:1-5` }, heartbeatMs: 1_000 };
  await expect(readBinlog(options, never).next()).rejects.toBeInstanceOf(ReaderAhead);
  expect(await waits()).toBe(before);
});

test("status forecasts it: a stopped store whose transactions MySQL has in another history cannot resume", async () => {
  await fed(one!);
  const { last } = await (async () => {
    await using source = openMysqlSource(one!.url, totesys, "test", never);
    return source.beginning();
  })();
  const position = { gtids: `${one!.uuid}:1-3`, file: "binlog.000001", offset: 4, version: 2, ...(last && { last }) };
  expect(await provenForecastOf(one!.url, position, Date.now(), await logFacts(one!.url), false)).toMatchObject({ kind: "possible" });
  await restore(one!, "");
  await write(one!, [1, 2, 3].map((id) => 100 + id), "another");
  expect(await provenForecastOf(one!.url, position, Date.now(), await logFacts(one!.url), false)).toEqual({
    kind: "another", difference: expect.stringContaining(`${one!.uuid}:3`),
  });
});

test("what a log that has one transaction less no longer has is not taken for purged", async () => {
  await fed(one!);
  await restore(one!, "");
  await write(one!, [100, 101], "another");
  const prove = logHistory(mysqlOptions(one!.url), () => undefined).prove(
    { gtids: `${one!.uuid}:1-3`, last: { gtid: `${one!.uuid}:3`, committedAt: 1 } }, never,
  );
  await expect(prove).rejects.toMatchObject({ name: "ReaderAhead", missing: `${one!.uuid}:3` });
});
