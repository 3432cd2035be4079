import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { BinlogStart } from "../../../../sync/mysql/binlog/event.js";
import { openSource, type Source } from "./support/support.js";

jest.setTimeout(600_000);

/** Megabytes of log and rows of a transaction; more for a long run. */
const MEGABYTES = Number(process.env.SLUICE_MEMORY_MB ?? 100);
const ROWS = Number(process.env.SLUICE_MEMORY_ROWS ?? 200_000);

interface Seen { readonly seen: number; readonly bytes: number; readonly asleepMb: number; readonly peakMb: number }

/** A process that does nothing but read. Its figures go to the log of a long run. */
async function read(source: Source, start: BinlogStart, rows: number, sleepMs: number): Promise<Seen> {
  const { connection, serverId } = source.options(start);
  const argument = JSON.stringify({ connection, serverId, start, database: source.database, rows, sleepMs });
  const { stdout } = await promisify(execFile)(process.execPath, [join(__dirname, "memory-reader.cjs"), argument]);
  if (process.env.SLUICE_MEMORY_MB) process.stderr.write(`${stdout}\n`);
  return JSON.parse(stdout) as Seen;
}

test("a consumer that sleeps holds memory flat, and then catches up whole", async () => {
  await using source = await openSource();
  await source.run("CREATE TABLE wide (id INT PRIMARY KEY AUTO_INCREMENT, v LONGBLOB)");
  const start = await source.here();
  const megabyte = `INSERT INTO wide (v) VALUES ${Array.from({ length: 10 }, () => "(REPEAT('v', 100000))").join(",")}`;
  for (let n = 0; n < MEGABYTES; n++) await source.run(megabyte);
  const { seen, bytes, asleepMb, peakMb } = await read(source, start, MEGABYTES * 10, 3_000);
  expect([seen, bytes]).toEqual([MEGABYTES * 10, MEGABYTES * 1_000_000]);
  expect(asleepMb).toBeLessThan(200);
  expect(peakMb).toBeLessThan(200);
});

test("a transaction of very many rows passes in bounded memory", async () => {
  await using source = await openSource();
  await source.run(`SET SESSION cte_max_recursion_depth = ${ROWS}; CREATE TABLE tall (id INT PRIMARY KEY, v VARCHAR(100))`);
  const start = await source.here();
  await source.run(
    `INSERT INTO tall WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS}) SELECT i, REPEAT('v', 100) FROM n`,
  );
  const { seen, bytes, peakMb } = await read(source, start, ROWS, 0);
  expect([seen, bytes]).toEqual([ROWS, ROWS * 100]);
  expect(peakMb).toBeLessThan(200);
});

test.each(["LONGBLOB", "LONGTEXT"])("a row of 40 MB of %s passes in bounded memory", async (type) => {
  await using source = await openSource();
  await source.run(`CREATE TABLE one (id INT PRIMARY KEY, v ${type})`);
  const start = await source.here();
  await source.run("INSERT INTO one VALUES (1, REPEAT('v', 40000000))");
  const { seen, bytes, peakMb } = await read(source, start, 1, 0);
  expect([seen, bytes]).toEqual([1, 40_000_000]);
  expect(peakMb).toBeLessThan(200);
});
