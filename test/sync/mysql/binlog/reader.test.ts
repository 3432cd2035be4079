import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { AccessDenied, MalformedEvent, PurgedPosition, ReaderAhead, Superseded } from "../../../../sync/mysql/binlog/errors.js";
import type { BinlogEvent } from "../../../../sync/mysql/binlog/event.js";
import { readBinlog, type BinlogReaderOptions } from "../../../../sync/mysql/binlog/reader.js";
import { classifyRefusal, ConnectionLost } from "../../../../sync/mysql/binlog/wire/refusal.js";
import { openProxy, type Proxy } from "./support/proxy.js";
import { openSource, type Source } from "./support/support.js";

jest.setTimeout(60_000);

let source: Source;
beforeAll(async () => { source = await openSource(); });
afterAll(async () => { await source[Symbol.asyncDispose](); });

/** Reads in the background and keeps what it got. */
function follow(options: BinlogReaderOptions): { events: BinlogEvent[]; until(done: () => boolean): Promise<void>; stop(): Promise<void> } {
  const stop = new AbortController(), events: BinlogEvent[] = [];
  let wake = (): void => undefined, failure: unknown;
  const reading = (async () => {
    for await (const batch of readBinlog(options, stop.signal)) { events.push(...batch); wake(); }
  })().catch((error: unknown) => { failure = error; wake(); });
  return {
    events,
    until: async (done) => {
      while (!done()) {
        if (failure) throw failure;
        await new Promise<void>((resolve) => { wake = resolve; });
      }
    },
    stop: async () => { stop.abort(); await reading; if (failure) throw failure; },
  };
}

function through(proxy: Proxy, options: BinlogReaderOptions): BinlogReaderOptions {
  return { ...options, connection: { ...options.connection, port: proxy.port } };
}

const ids = (events: readonly BinlogEvent[]): unknown[] =>
  events.flatMap((event) => (event.type === "rows" ? event.rows.map(({ after }) => after!.id) : []));

/** The rows of transactions whose commit was given out. It reads as a consumer must: `resume` takes back what has no commit. */
function committed(events: readonly BinlogEvent[]): unknown[] {
  const done: unknown[] = [];
  let open: unknown[] = [];
  for (const event of events) {
    if (event.type === "rows") open.push(...ids([event]));
    else if (event.type === "commit") { done.push(...open); open = []; } else if (event.type === "resume") open = [];
  }
  return done;
}

describe.each(["GTID set", "file and offset"])("the reader resumes by %s at the last commit given out, nothing lost, nothing repeated "
  + "past it", (way) => {
  const start = async (): Promise<BinlogReaderOptions> => {
    const [file, offset] = (await source.select("SHOW BINARY LOG STATUS"))[0]!;
    return source.options(way === "GTID set" ? await source.here() : { file: String(file), offset: Number(offset) });
  };

  test("when the connection is cut between and within transactions", async () => {
    const table = `cut_${way.slice(0, 4).trim()}`;
    await source.run(
      `CREATE TABLE ${table} (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(2000)); SET SESSION cte_max_recursion_depth=100000`,
    );
    await using proxy = await openProxy(source.options({ gtids: "" }).connection.port!);
    const reader = follow({ ...through(proxy, await start()), highWaterBytes: 100_000 });
    for (let round = 0; round < 5; round++) {
      const seen = ids(reader.events).length;
      await source.run(
        `INSERT INTO ${table} (v) WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 1500) SELECT REPEAT('x', `
          + `1500) FROM n; INSERT INTO ${table} (v) VALUES ('small')`,
      );
      // Mostly inside the large transaction, sometimes after it.
      await reader.until(() => ids(reader.events).length > seen + 100);
      proxy.cut();
    }
    const all = (await source.select(`SELECT id FROM ${table} ORDER BY id`)).map(([id]) => id);
    await reader.until(() => committed(reader.events).length >= all.length);
    await reader.stop();
    expect(committed(reader.events)).toEqual(all);
    expect(proxy.connections()).toBeGreaterThan(3);
  });

  test("when the dump thread is killed", async () => {
    const table = `kill_${way.slice(0, 4).trim()}`;
    await source.run(`CREATE TABLE ${table} (id INT PRIMARY KEY)`);
    await using proxy = await openProxy(source.options({ gtids: "" }).connection.port!);
    const reader = follow(through(proxy, await start()));
    for (let id = 1; id <= 4; id++) {
      await source.run(`INSERT INTO ${table} VALUES (${id})`);
      await reader.until(() => ids(reader.events).includes(id));
      const [thread] = (
        await source.select(`SELECT id FROM information_schema.processlist WHERE host LIKE '%:${proxy.clientPorts().at(-1)}'`)
      )[0]!;
      await source.run(`KILL ${String(thread)}`);
      await reader.until(() => reader.events.filter(({ type }) => type === "resume").length >= id);
    }
    await source.run(`INSERT INTO ${table} VALUES (5)`);
    await reader.until(() => ids(reader.events).includes(5));
    await reader.stop();
    expect(ids(reader.events)).toEqual([1, 2, 3, 4, 5]);
  });
});

test("a table is the same object as long as its definition stays, whatever the statements check", async () => {
  await source.run(
    "CREATE TABLE parent (id INT PRIMARY KEY); CREATE TABLE child (id INT PRIMARY KEY, parent INT, v INT, FOREIGN KEY (parent) "
      + "REFERENCES parent (id)); INSERT INTO parent VALUES (1)",
  );
  const reader = follow(source.options(await source.here()));
  for (let id = 1; id <= 3; id++)
    await source.run(`INSERT INTO child VALUES (${id}, 1, 0); UPDATE child SET v = 1 WHERE id = ${id}; DELETE FROM child WHERE id = ${id}`);
  const tables = () => reader.events.flatMap((event) => (event.type === "rows" ? [event.table] : []));
  await reader.until(() => tables().length === 9);
  await reader.stop();
  expect(new Set(tables()).size).toBe(1);
});

test("a source that asks for TLS is read over TLS, and values stay while the memory they came in is used again", async () => {
  const user = `tls_${process.pid}`, from = await source.here();
  await source.run(`CREATE USER ${user}@'%' IDENTIFIED BY 'over TLS' REQUIRE SSL; GRANT REPLICATION SLAVE,
    REPLICATION CLIENT ON *.* TO ${user}@'%'; SET SESSION cte_max_recursion_depth=100000;
    CREATE TABLE sealed (id INT PRIMARY KEY, v VARBINARY(1500))`);
  await source.run(
    "INSERT INTO sealed WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT i, REPEAT(CHAR(i % 256), "
      + "1500) FROM n",
  );
  const options = source.options(from), connection = { ...options.connection, user, password: "over TLS" };
  for (const given of [options, { ...options, connection: { ...connection, ssl: { rejectUnauthorized: false } } }]) {
    const reader = follow(given);
    await reader.until(() => ids(reader.events).length === 2000);
    await reader.stop();
    const rows = reader.events.flatMap((event) => (event.type === "rows" ? event.rows : []));
    expect(rows.filter(({ after }) => !Buffer.alloc(1500, Number(after!.id) % 256).equals(after!.v as Buffer))).toEqual([]);
  }
  await expect(follow({ ...options, connection }).until(() => false)).rejects.toThrow();
  await source.run(`DROP USER ${user}@'%'`);
});

test("a network that went silent is noticed by missing heartbeats", async () => {
  await source.run("CREATE TABLE silent (id INT PRIMARY KEY)");
  await using proxy = await openProxy(source.options({ gtids: "" }).connection.port!);
  const reader = follow({ ...through(proxy, source.options(await source.here())), heartbeatMs: 100 });
  await reader.until(() => reader.events.some(({ type }) => type === "heartbeat"));
  proxy.freeze();
  await source.run("INSERT INTO silent VALUES (1)");
  await reader.until(() => ids(reader.events).length > 0);
  await reader.stop();
  expect(reader.events.find(({ type }) => type === "resume")).toMatchObject({
    reason: expect.stringContaining("no sign of life") as string,
  });
});

/**
 * The memory of received bytes that is still held. It holds what the proxy has passed on until
 * that is collected and, a little later, freed.
 */
async function heldBytes(atMost: number): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  let held: number;
  do {
    collectGarbage();
    await sleep(20);
    held = process.memoryUsage().arrayBuffers;
  } while (held >= atMost);
  return held;
}

test("a consumer that stalls makes the source wait: memory stays flat, then it catches up whole", async () => {
  await source.run("CREATE TABLE load_ (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(2000)); SET SESSION cte_max_recursion_depth=100000");
  const from = await source.here();
  for (let n = 0; n < 10; n++)
    await source.run(
      "INSERT INTO load_ (v) WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT REPEAT('x', 1800) "
        + "FROM n",
    );
  await using proxy = await openProxy(source.options({ gtids: "" }).connection.port!);
  const stop = new AbortController(), highWaterBytes = 1_000_000;
  let rows = 0, heldAt = -1;
  for await (const events of readBinlog({ ...through(proxy, source.options(from)), highWaterBytes }, stop.signal)) {
    rows += ids(events).length;
    if (heldAt < 0 && rows > 0) {
      // The consumer asks for nothing until nothing arrives any more.
      do { heldAt = proxy.received(); await sleep(200); } while (proxy.received() > heldAt);
      // The source keeps back most of 180 MB. What went ahead lies in the kernel's buffers of two connections (up to 35 MB seen).
      expect(heldAt).toBeLessThan(90_000_000);
      expect(await heldBytes(20_000_000)).toBeLessThan(20_000_000);
    }
    if (rows === 100_000 && events.some(({ type }) => type === "commit")) stop.abort();
  }
  expect(rows).toBe(100_000);
  expect(proxy.received()).toBeGreaterThan(180_000_000);
  expect(proxy.connections()).toBe(1);
});

test("abort ends the reader without an error, also while it waits", async () => {
  const reader = follow(source.options(await source.here()));
  await reader.until(() => reader.events.length > 0);
  await reader.stop();
});

test("a first connection that cannot be made is an error at once", async () => {
  const options = source.options({ gtids: "" });
  const reader = follow({ ...options, connection: { ...options.connection, user: "nobody_of_this_name", password: "x" } });
  await expect(reader.until(() => false)).rejects.toThrow(AccessDenied);
  await expect(follow({ ...options, connection: { ...options.connection, port: 1 } }).until(() => false)).rejects.toThrow(ConnectionLost);
});

test("a position the source no longer has names what is missing", async () => {
  await expect(follow(source.options({ file: "binlog.999999", offset: 4 })).until(() => false)).rejects.toThrow(PurgedPosition);
  const fewer = "Replica has more GTIDs than the source has, using the source's SERVER_UUID.";
  expect(classifyRefusal({ errno: 1236, message: fewer }, 7)).toBeInstanceOf(ReaderAhead);
  const text =
    "Cannot replicate because the source purged required binary logs. Replicate the missing transactions from elsewhere, or provision a "
      + "new replica from backup. Consider increasing the source's binary log expiration period. The GTID set sent by the replica is "
        + "'6a:1-3', and the missing transactions are '6a:4-9'";
  expect(classifyRefusal({ errno: 1236, message: text }, 7)).toMatchObject({ requested: "6a:1-3", missing: "6a:4-9" });
});

test("a second reader with the same server id: the older one learns it, and stays away", async () => {
  const error = {
    errno: 1236, message: "A replica with the same server_uuid/server_id as this replica has connected to the source; the first event",
  };
  expect(classifyRefusal(error, 7)).toBeInstanceOf(Superseded);
  const options = source.options(await source.here());
  const older = follow(options);
  await older.until(() => older.events.length > 0);
  const newer = follow(options);
  await newer.until(() => newer.events.length > 0);
  await expect(older.until(() => false)).rejects.toThrow(Superseded);
  await newer.stop();
});

test("positions are only at the end of a transaction, and reading from each gives exactly the rest", async () => {
  await source.run("CREATE TABLE steps (id INT PRIMARY KEY)");
  const from = await source.here();
  await source.run(
    "INSERT INTO steps VALUES (1); BEGIN; INSERT INTO steps VALUES (2); INSERT INTO steps VALUES (3); COMMIT; INSERT INTO steps VALUES (4)",
  );
  const events = await source.events(from);
  const places = events.flatMap((event) => (event.type === "commit" && event.gtid !== "" ? [event] : []));
  const rest = await Promise.all(places.slice(0, 3).map(async ({ file, offset }) => ids(await source.events({ file, offset }))));
  expect(rest).toContainEqual([2, 3, 4]);
  expect(rest).toContainEqual([4]);
});

test("damage is an error with its place, after everything before it", () => {
  const error = new MalformedEvent("its checksum does not match", "binlog.000003", 4711);
  expect(error.message).toMatch(/binlog\.000003 ending at 4711: its checksum does not match/);
});
