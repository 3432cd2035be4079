import { randomUUID } from "node:crypto";
import { catalog } from "../../../schema/catalog.js";
import type { Change, Message, UnheldChange } from "../../../schema/change.js";
import type { Entity, Key, Row } from "../../../schema/entity.js";
import { everyKey, type Position } from "../../../schema/position.js";
import { Unheld } from "../../../schema/unheld.js";
import { openMysqlSource } from "../../../sync/mysql/source.js";
import { type Source, TableAbsent } from "../../../sync/source.js";
import { freshDatabase, type FreshDatabase } from "../../migrations/fresh-database.js";
import { entity, boolean, choice, date, decimal, int32, int64, nullable, string, timestamp } from "../../support/declare.js";

jest.setTimeout(60_000);

const everything = entity("everything", {
  description: "A field of every kind, of every column type that can stand for it.", key: ["id"], owner: { kind: "everyone" },
  fields: {
    id: int64("public", "Key."),
    tiny: nullable(int32("public", "TINYINT.")), big: nullable(int64("public", "BIGINT.")),
    big_unsigned: nullable(int64("public", "BIGINT UNSIGNED.")),
    padded: nullable(int64("public", "BIGINT ZEROFILL.")), whole: nullable(int32("public", "INT.")),
    flag: nullable(boolean("public", "TINYINT(1).")),
    bit: nullable(boolean("public", "BIT(1).")), price: nullable(decimal(12, 4, "public", "DECIMAL(10,2).")),
    exact: nullable(decimal(20, 6, "public", "DECIMAL(20,6).")),
    day: nullable(date("public", "DATE.")), seen: nullable(timestamp("public", "DATETIME(6).")),
    stamp: nullable(timestamp("public", "TIMESTAMP(3).")),
    second: nullable(timestamp("public", "DATETIME.")), word: nullable(string(5, "public", "VARCHAR.")),
    latin: nullable(string(20, "public", "CHAR, latin1.")),
    long: nullable(string(10_000, "public", "TEXT.")), kind: nullable(choice(["SALE", "it's, ok"], "public", "ENUM.")),
  },
});
const things = catalog([everything]);
const create = `CREATE TABLE everything (id BIGINT PRIMARY KEY, tiny TINYINT, big BIGINT, big_unsigned BIGINT UNSIGNED, padded BIGINT(12)
  ZEROFILL, whole INT, flag TINYINT(1),
  bit BIT(1), price DECIMAL(10,2), exact DECIMAL(20,6), day DATE, seen DATETIME(6), stamp TIMESTAMP(3) NULL, second DATETIME,
  word VARCHAR(20), latin CHAR(20) CHARACTER SET latin1,
  \`long\` TEXT, kind ENUM('SALE','it''s, ok'), extra JSON, hidden INT INVISIBLE) CHARACTER SET utf8mb4`;

async function following<T>(
  purpose: string, use: (database: FreshDatabase, source: Source) => Promise<T>, of = things, ddl = create,
): Promise<T> {
  await using database = await freshDatabase(purpose);
  await database.server.query(`CREATE DATABASE ${database.name}`);
  await database.server.query(`USE ${database.name}`);
  await database.server.query("SET sql_mode = 'ALLOW_INVALID_DATES'");
  await database.server.query(ddl);
  const stop = new AbortController();
  await using source = openMysqlSource(database.url, of, database.name, stop.signal);
  try {
    return await use(database, source);
  } finally {
    stop.abort();
  }
}

async function copied(source: Source, of: Entity, after: Key | null = null): Promise<(Change | UnheldChange)[]> {
  const rows: (Change | UnheldChange)[] = [];
  for await (const chunk of source.snapshot(of, after && { after, upTo: null }, new AbortController().signal)) rows.push(...chunk);
  return rows;
}

/** The messages of the stream about what `work` does, up to the transaction in which it ends. */
async function streamed(source: Source, work: () => Promise<unknown>, from?: Position): Promise<Message[]> {
  const start = from ?? await source.head();
  await work();
  const end = await source.head();
  const stop = new AbortController();
  const messages: Message[] = [];
  for await (const some of source.stream(start, stop.signal)) {
    messages.push(...some);
    if (some.some((m) => m.op === "commit" && source.reached(m.position, end))) stop.abort();
  }
  return messages.filter((m) => m.op !== "idle");
}

const rowsOf = (messages: readonly Message[]) => messages.filter((m) =>
  m.op !== "commit" && m.op !== "connected") as (Change | UnheldChange)[];

const values: readonly (readonly [string, string, unknown])[] = [
  ["tiny", "-128", -128], ["big", "-9223372036854775808", "-9223372036854775808"], ["big", "9007199254740993", "9007199254740993"],
  ["big", "0", "0"],
  ["big_unsigned", "9223372036854775807", "9223372036854775807"], ["big_unsigned", "18446744073709551615", Unheld], ["padded", "42", "42"],
  ["whole", "2147483647", 2147483647], ["flag", "1", true], ["flag", "0", false], ["flag", "5", Unheld], ["bit", "b'1'", true],
  ["bit", "b'0'", false],
  ["price", "-12.5", "-12.5000"], ["price", "0", "0.0000"], ["exact", "99999999999999.999999", "99999999999999.999999"],
  ["exact", "-0.000001", "-0.000001"],
  ["day", "'2024-02-29'", "2024-02-29"], ["day", "'0000-00-00'", Unheld], ["day", "'2026-02-30'", Unheld],
  ["day", "'9999-12-31'", "9999-12-31"], ["day", "'1066-10-14'", "1066-10-14"],
  ["seen", "'2026-02-28 09:30:00.000001'", "2026-02-28T09:30:00.000001Z"], ["seen", "'1815-06-18 23:59:59'", "1815-06-18T23:59:59.000000Z"],
  ["seen", "'0000-00-00'", Unheld],
  ["stamp", "'1970-01-01 00:00:01.120'", "1970-01-01T00:00:01.120000Z"],
  ["stamp", "'2038-01-19 03:14:07.999'", "2038-01-19T03:14:07.999000Z"], ["second", "'2026-12-31 23:59:59'", "2026-12-31T23:59:59.000000Z"],
  ["word", "'żółć'", "żółć"], ["word", "'🗿🗿🗿🗿🗿'", "🗿🗿🗿🗿🗿"], ["word", "'sixsix'", Unheld], ["word", "''", ""],
  ["word", "' a '", " a "], ["latin", "'Ünïcödé  '", "Ünïcödé"],
  ["long", "REPEAT('ab\\\\', 3000)", "ab\\".repeat(3000)], ["kind", "'SALE'", "SALE"], ["kind", "'it''s, ok'", "it's, ok"],
  ["kind", "0", ""],
];

test("invariants 8 and 9: snapshot, stream and reads by key give the same exact value, or the same reason why there is none", async () => {
  await following("values", async ({ server }, source) => {
    const insert = async () => {
      for (const [i, [column, literal]] of values.entries()) await server
        .query(`INSERT IGNORE INTO everything (id, \`${column}\`) VALUES (${i + 1}, ${literal})`);
      await server.query(`INSERT INTO everything (id) VALUES (${values.length + 1})`);
    };
    const live = rowsOf(await streamed(source, insert));
    const copy = await copied(source, everything);
    const now = await source.rows(everything, live.map(({ key }) => key));
    expect(copy).toHaveLength(values.length + 1);
    for (const [i, [column, literal, wanted]] of values.entries()) {
      const [fromStream, fromCopy, fromKey] = [live[i]!, copy[i]!, now[i]!];
      if (wanted === Unheld) {
        expect([literal, fromStream.op, fromCopy.op, fromKey]).toEqual([literal, "unheld", "unheld", expect.any(Unheld)]);
        expect(fromCopy).toMatchObject({ key: [String(i + 1)], reason: (fromStream as UnheldChange).reason });
        expect((fromStream as UnheldChange).reason).toMatch(new RegExp(`^${column} holds `));
      } else {
        expect([literal, (fromStream as Change).after![column]]).toEqual([literal, wanted]);
        expect((fromCopy as Change).after).toEqual((fromStream as Change).after);
        expect(fromKey).toEqual((fromStream as Change).after);
      }
    }
    const empty = (live.at(-1) as Change).after!;
    expect(Object.keys(empty)).toEqual(Object.keys(everything.fields));
    expect(Object.values(empty).filter((value) => value !== null)).toEqual([String(values.length + 1)]);
  });
});

const pair = entity("pair", {
  description: "A key of two fields.", key: ["a", "b"], owner: { kind: "everyone" },
  fields: { a: int64("public", "First."), b: string(10, "public", "Second."), c: nullable(boolean("public", "Value.")) },
});
const pairs = catalog([pair]);
const createPair = "CREATE TABLE pair (a BIGINT, b VARCHAR(10), c TINYINT(1), PRIMARY KEY (a, b)) COLLATE utf8mb4_bin";
const onPairs = <T>(
  purpose: string, use: (database: FreshDatabase, source: Source) => Promise<T>,
) => following(purpose, use, pairs, createPair);
const shape = (messages: readonly Message[]) => rowsOf(messages).map((m) => ("after" in m ? [
  m.op, ...m.key, m.before?.c, m.after?.c,
] : [m.op, ...("key" in m ? m.key : [])]));

test("a snapshot is in key order, resumes after any key, and reads every row once", async () => {
  await onPairs("chunks", async ({ server }, source) => {
    await server.query("SET cte_max_recursion_depth = 10000");
    await server.query(
      "INSERT INTO pair SELECT n DIV 3, CHAR(97 + n MOD 3), 1 FROM (WITH RECURSIVE t(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM t WHERE "
        + "n < 5000) SELECT n FROM t) AS numbers",
    );
    const all = (await copied(source, pair)).map(({ key }) => key);
    expect(all).toEqual(Array.from({ length: 5001 }, (_, n) => [String(Math.floor(n / 3)), "abc"[n % 3]]));
    for (const n of [
      0, 1, 2, 1999, 2000, 4999, 5000,
    ]) expect((await copied(source, pair, all[n]!)).map(({ key }) => key)).toEqual(all.slice(n + 1));
  });
});

test("invariant 2: versions only grow, one for each row event, and a replay gives the same", async () => {
  await onPairs("versions", async ({ server }, source) => {
    const start = await source.head();
    const work = async () => {
      for (let i = 0; i < 20; i++) await server.query(`INSERT INTO pair VALUES (${i}, 'x', 0), (${i}, 'y', 0)`);
      await server.query("UPDATE pair SET c = 1");
      await server.query("DELETE FROM pair WHERE b = 'y'");
    };
    const first = await streamed(source, work, start);
    const versions = rowsOf(first).map(({ version }) => version);
    expect(versions).toHaveLength(100);
    expect(versions.every((version, i) => version > (versions[i - 1] ?? start.version))).toBe(true);
    const commits = first.filter((m) => m.op === "commit");
    expect(rowsOf(await streamed(source, async () => undefined, start)).map(({ version }) => version)).toEqual(versions);
    const last = commits.at(-1)!.position;
    expect(last.version).toBe(versions.at(-1));
    const middle = commits.find(({ position }) => position.version < last.version);
    if (middle) expect(rowsOf(await streamed(source, async () => undefined, middle.position)).map(({ version }) => version)).toEqual(
      versions.filter((v) => v > middle.position.version),
    );
  });
});

test("a change names its transaction, and all changes of a transaction share what they say of it", async () => {
  await onPairs("transaction", async ({ server }, source) => {
    const all = await streamed(source, async () => {
      await server.query("INSERT INTO pair VALUES (1, 'x', 0), (2, 'x', 0)");
      await server.query("UPDATE pair SET a = a + 10");
    });
    const sources = all.flatMap((m) => ("source" in m ? [m.source!] : []));
    expect(sources).toHaveLength(6);
    expect(new Set(sources).size).toBe(2);
    const { last } = all.filter((m) => m.op === "commit").at(-1)!.position;
    expect(last).toEqual({ gtid: sources.at(-1)!.gtid, committedAt: sources.at(-1)!.committedAt });
    expect(sources[0]!.file === sources.at(-1)!.file && sources[0]!.offset < sources.at(-1)!.offset).toBe(true);
  });
});

test("a GTID set with gaps and transactions of several servers resumes with exactly what is not in it, also what fills a gap "
  + "later", async () => {
  await onPairs("gaps", async ({ server }, source) => {
    const other = randomUUID();
    const as = async (gtid: string, sql: string) => {
      await server.query(`SET gtid_next = '${gtid}'`);
      await server.query(sql);
      await server.query("SET gtid_next = 'AUTOMATIC'");
    };
    const insert = (n: number) => `INSERT INTO pair VALUES (${n}, 'x', 0)`;
    const first = await streamed(source, async () => {
      await as(`${other}:1`, insert(1));
      await as(`${other}:7`, insert(7));
      await server.query(insert(100));
      await as(`${other}:4`, insert(4));
    });
    expect(shape(first).map(([, n]) => n)).toEqual(["1", "7", "100", "4"]);
    const { position } = first.filter((m) => m.op === "commit").at(-1)!;
    expect(position.gtids).toMatch(new RegExp(`${other}:1:4:7`));
    const second = await streamed(
      source,
      async () => {
        await as(`${other}:5`, insert(5));
        await server.query(insert(101));
        await as(`${other}:2`, insert(2));
      },
      position,
    );
    expect(shape(second).map(([, n]) => n)).toEqual(["5", "101", "2"]);
    expect(rowsOf(second)[0]!.version).toBeGreaterThan(position.version);
    expect(second.filter((m) => m.op === "commit").at(-1)!.position.gtids).toMatch(new RegExp(`${other}:1-2:4-5:7`));
  });
});

test("a position with a transaction that is about to be committed waits for it; one with transactions it never had cannot be gone on "
  + "from, and is told so", async () => {
  await onPairs("ahead", async ({ server, rows }, source) => {
    const other = randomUUID();
    const head = await source.head();
    const ahead = { ...head, gtids: `${head.gtids},${other}:1` };
    for (const statement of [
      `SET gtid_next = '${other}:1'`, "BEGIN", "INSERT INTO pair VALUES (11, 'x', 0)",
    ]) await server.query(statement);
    const late = (async () => {
      for await (const some of source.stream(ahead, new AbortController().signal)) {
        const keys = some.flatMap((message) => ("key" in message ? [message.key[0]] : []));
        if (keys.length > 0) return keys;
      }
      return [];
    })();
    const waits = async () => (await rows(
      "SELECT 1 FROM information_schema.processlist WHERE info LIKE ?", [`SELECT WAIT_FOR_EXECUTED%${other}%`],
    )).length > 0;
    while (!(await waits())) await new Promise(setImmediate);
    for (const statement of ["COMMIT", "SET gtid_next = 'AUTOMATIC'", "INSERT INTO pair VALUES (1, 'x', 0)"]) await server.query(statement);
    expect(await late).toEqual(["1"]);

    const lost = randomUUID();
    const refusal = await streamed(
      source, async () => undefined, { ...head, gtids: `${head.gtids},${lost}:3-5` },
    ).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ name: "Unresumable", because: "lost", missing: `${lost}:3-5` });
    // These were read before, and not yet stored as a position. A store may have rows of them all the same.
    const seen = source.stream(
      head, new AbortController().signal, { ...head, gtids: `${head.gtids},${lost}:7` },
    )[Symbol.asyncIterator]().next();
    await expect(seen).rejects.toMatchObject({ name: "Unresumable", because: "lost", missing: `${lost}:7` });
  });
});

test("an update that changes the key is a delete and a create; other updates have both images", async () => {
  await onPairs("keys", async ({ server }, source) => {
    await server.query("INSERT INTO pair VALUES (1, 'x', 0)");
    expect(shape(await streamed(source, async () => {
      await server.query("UPDATE pair SET c = 1");
      await server.query("UPDATE pair SET b = 'X'");
      await server.query("DELETE FROM pair");
    }))).toEqual([
      ["update", "1", "x", false, true], ["delete", "1", "x", true, undefined], ["create", "1", "X", undefined, true],
      ["delete", "1", "X", true, undefined],
    ]);
  });
});

test("a row that can no longer be held is removed, and comes back when it can", async () => {
  await onPairs("unheld", async ({ server }, source) => {
    await server.query("INSERT INTO pair VALUES (1, 'x', 1)");
    expect(shape(await streamed(source, async () => {
      for (const c of [7, 8, 1, 9]) await server.query(`UPDATE pair SET c = ${c}`);
      await server.query("DELETE FROM pair");
    }))).toEqual([
      ["delete", "1", "x", true, undefined], ["unheld", "1", "x"], ["delete", "1", "x", undefined, undefined], ["unheld", "1", "x"],
      ["create", "1", "x", undefined, true], ["delete", "1", "x", true, undefined], ["unheld", "1", "x"],
      ["delete", "1", "x", undefined, undefined]]);
  });
});

test("only the catalog's tables of this database are followed, and TRUNCATE is a message", async () => {
  await onPairs("others", async ({ server, name }, source) => {
    expect(shape(await streamed(source, async () => {
      await server.query("CREATE TABLE other (a INT PRIMARY KEY)");
      await server.query("INSERT INTO other VALUES (1)");
      await server.query(`CREATE DATABASE ${name}_2`);
      await server.query(`CREATE TABLE ${name}_2.pair LIKE pair`);
      await server.query(`INSERT INTO ${name}_2.pair VALUES (9, 'z', 1)`);
      await server.query(`TRUNCATE ${name}_2.pair`);
      await server.query(`DROP TABLE ${name}_2.pair`);
      await server.query(`DROP DATABASE ${name}_2`);
      await server.query("DROP TABLE other");
      await server.query("ALTER TABLE pair ADD COLUMN extra INT DEFAULT 3");
      await server.query("INSERT INTO pair (a, b, c) VALUES (1, 'x', 1)");
      await server.query("TRUNCATE TABLE `pair`");
    }))).toEqual([["create", "1", "x", undefined, true], ["truncate"]]);
  });
});

test.each([
  ["ALTER TABLE pair DROP COLUMN c; INSERT INTO pair (a, b) VALUES (1, 'x')", /column c is no longer there/],
  ["ALTER TABLE pair MODIFY c VARCHAR(5); INSERT INTO pair VALUES (1, 'x', 'y')", /column c is VARCHAR; it must be TINYINT/],
  [
    "ALTER TABLE pair DROP PRIMARY KEY, ADD PRIMARY KEY (b, a); INSERT INTO pair VALUES (1, 'x', 1)",
    /its primary key is \(b, a\); the catalog says \(a, b\)/,
  ],
  [
    "XA START 'x'; INSERT INTO pair VALUES (1, 'x', 1); XA END 'x'; XA PREPARE 'x'; XA COMMIT 'x'",
    /XA transaction .* changed tables of the catalog/,
  ],
])("what cannot be followed stops the stream by name, with the remedy, and again after a restart: %s", async (statements, message) => {
  await onPairs("ddl", async ({ server }, source) => {
    const start = await source.head();
    const work = async () => {
      for (const statement of statements.split("; ")) await server.query(statement);
    };
    for (const doing of [work, async () => undefined]) {
      const refusal = await streamed(source, doing, start).catch((error: Error) => error) as Error;
      expect([refusal.name, refusal.message]).toEqual(["SourceDiverged", expect.stringMatching(message)]);
      expect(refusal.message).toMatch(/ending at \d+\)\. Remedy: \S/);
    }
  });
});

test("an XA transaction committed in one phase is a transaction like any other", async () => {
  await onPairs("xa", async ({ server }, source) => {
    expect(shape(await streamed(source, async () => {
      for (const statement of [
        "XA START 'y'", "INSERT INTO pair VALUES (1, 'x', 1)", "XA END 'y'", "XA COMMIT 'y' ONE PHASE",
      ]) await server.query(statement);
    }))).toEqual([["create", "1", "x", undefined, true]]);
  });
});

test("a row too old for the catalog reads with the columns it was written with", async () => {
  await onPairs("before_alter", async ({ server }, source) => {
    const messages = await streamed(source, async () => {
      await server.query("INSERT INTO pair VALUES (1, 'x', 1)");
      await server.query("ALTER TABLE pair ADD COLUMN d INT FIRST");
      await server.query("INSERT INTO pair (a, b, c) VALUES (2, 'y', 0)");
    });
    expect(rowsOf(messages).map((m) => (m as Change).after as Row)).toEqual([{ a: "1", b: "x", c: true }, { a: "2", b: "y", c: false }]);
  });
});

test("a snapshot whose connection is cut goes on where it was", async () => {
  await onPairs("cut", async ({ server, name, rows }, source) => {
    await server.query("SET cte_max_recursion_depth = 10000");
    await server.query(
      "INSERT INTO pair SELECT n, 'x', 1 FROM (WITH RECURSIVE t(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM t WHERE n < 6999) SELECT n "
        + "FROM t) AS numbers",
    );
    const keys: Key[] = [];
    for await (const chunk of source.snapshot(pair, null, new AbortController().signal)) {
      keys.push(...chunk.map(({ key }) => key));
      const others = await rows<{ ID: number }>(
        "SELECT ID FROM information_schema.processlist WHERE DB = ? AND ID <> CONNECTION_ID()", [name],
      );
      for (const { ID } of others) await server.query(`KILL ${ID}`);
    }
    expect(keys.map(([a]) => Number(a))).toEqual(Array.from({ length: 7000 }, (_, n) => n));
  });
});

test("a missing database counts as missing tables, which are found once it is made", async () => {
  await using database = await freshDatabase("refused");
  await using source = openMysqlSource(database.url, pairs, database.name, new AbortController().signal);
  await expect(source.survey(pair, 1)).rejects.toThrow(TableAbsent);
  for (const statement of [`CREATE DATABASE ${database.name}`, `USE ${database.name}`, createPair]) await database.server.query(statement);
  expect(await source.survey(pair, 1)).toMatchObject({ ranges: [everyKey] });
});

test("a position that names a file of another server, as after a failover, is current as soon as the server has nothing more", async () => {
  await onPairs("elsewhere", async (_, source) => {
    const head = await source.head();
    const stop = new AbortController();
    for await (const messages of source.stream({ ...head, file: "binlog.999999", offset: 1e9 }, stop.signal)) {
      if (messages.some(({ op }) => op === "idle")) stop.abort();
    }
    expect(stop.signal.aborted).toBe(true);
  });
});
