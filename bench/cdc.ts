/**
 * Rows per second of the binlog reader beside `@vlasky/zongji`, over the same binary log in the same run.
 *
 *     node dist/bench/cdc.js --mysql mysql://root@127.0.0.1:3306 [--json] [--scale 0.1] [--only bulk,small,orm,latency]
 *
 * Each reader runs in a process of its own, in turn, three times; medians count. The machine's speed cancels out in the ratios.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { createConnection } from "mysql2/promise";
import { readWith, type Reader, type Reading } from "./cdc/readers.js";
import { measureLatency, type Latency } from "./cdc/latency.js";
import { workloads, type Workload } from "./cdc/workloads.js";

const { values: options } = parseArgs({
  options: {
    mysql: { type: "string", default: process.env.SLUICE_TEST_MYSQL_URL ?? "mysql://root@127.0.0.1:3306" },
    json: { type: "boolean", default: false }, scale: { type: "string", default: "1" },
    only: { type: "string", default: "bulk,small,orm,latency" }, runs: { type: "string", default: "3" }, reading: { type: "string" },
  },
});

void (options.reading === undefined ? compare() : readWith(JSON.parse(options.reading) as Reading).then((result) => { process.stdout.write(JSON.stringify(result)); }));

interface Result { readonly rowsPerSecond: number; readonly cpuSeconds: number; readonly rssMb: number }

async function compare(): Promise<void> {
  const url = options.mysql, only = options.only.split(","), database = `binlog_bench_${process.pid}`;
  const report: { workloads: Record<string, Record<string, Result>>; ratios: Record<string, number>; latency?: Record<string, Latency> } = { workloads: {}, ratios: {} };
  await using database_ = await openDatabase(url, database);
  for (const workload of workloads.filter(({ name }) => only.includes(name))) {
    const span = await prepare(url, database, workload);
    const readers: Reader[] = workload.name === "bulk" ? ["ours", "zongji", "ours-ndjson", "zongji-ndjson"] : ["ours", "zongji"];
    const results = new Map<Reader, Result[]>(readers.map((reader) => [reader, []]));
    for (let run = 0; run < Number(options.runs); run++)
      for (const reader of readers) results.get(reader)!.push(await runReading({ reader, url, database, ...span }));
    const medians = Object.fromEntries(readers.map((reader) => [reader, median(results.get(reader)!)])) as Record<Reader, Result>;
    report.workloads[workload.name] = medians;
    report.ratios[workload.name] = ratio(medians.ours, medians.zongji);
    if (workload.name === "bulk") report.ratios.ndjson = ratio(medians["ours-ndjson"], medians["zongji-ndjson"]);
    if (!options.json) print(workload.name, medians, report.ratios);
  }
  if (only.includes("latency")) {
    report.latency = await measureLatency(url, database);
    if (!options.json) for (const [reader, { p50Ms, p99Ms }] of Object.entries(report.latency)) process.stdout.write(`latency  ${reader.padEnd(14)} p50 ${p50Ms.toFixed(2)} ms  p99 ${p99Ms.toFixed(2)} ms\n`);
  }
  if (options.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  void database_;
}

async function openDatabase(url: string, database: string): Promise<AsyncDisposable> {
  const connection = await createConnection(url);
  await connection.query(`CREATE DATABASE ${database}`);
  return { [Symbol.asyncDispose]: async () => { await connection.query(`DROP DATABASE ${database}`); await connection.end(); } };
}

interface Span { readonly file: string; readonly offset: number; readonly rows: number }

async function prepare(url: string, database: string, workload: Workload): Promise<Span> {
  const connection = await createConnection({ uri: url, database, multipleStatements: true });
  try {
    await connection.query("FLUSH BINARY LOGS");
    const [status] = (await connection.query("SHOW BINARY LOG STATUS"))[0] as unknown as { File: string; Position: number }[];
    const rows = await workload.write(connection, { url, database, scale: Number(options.scale) });
    return { file: status!.File, offset: status!.Position, rows };
  } finally {
    await connection.end();
  }
}

async function runReading(reading: Reading): Promise<Result> {
  const child = spawn(process.execPath, [__filename, "--reading", JSON.stringify(reading)], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => { text += part; });
  const [code] = await once(child, "close") as [number];
  if (code !== 0) throw new Error(`reading with ${reading.reader} ended with code ${code}`);
  return JSON.parse(text) as Result;
}

function median(results: readonly Result[]): Result {
  return [...results].sort((a, b) => a.rowsPerSecond - b.rowsPerSecond)[results.length >> 1]!;
}

function ratio(ours: Result, theirs: Result): number {
  return Math.round((ours.rowsPerSecond / theirs.rowsPerSecond) * 100) / 100;
}

function print(workload: string, medians: Record<string, Result>, ratios: Record<string, number>): void {
  for (const [reader, { rowsPerSecond, cpuSeconds, rssMb }] of Object.entries(medians))
    process.stdout.write(`${workload.padEnd(8)} ${reader.padEnd(14)} ${Math.round(rowsPerSecond).toString().padStart(9)} rows/s  ${cpuSeconds.toFixed(2).padStart(6)} CPU s  ${Math.round(rssMb)} MB\n`);
  process.stdout.write(`${workload.padEnd(8)} ratio ${ratios[workload]}${workload === "bulk" ? `, ndjson ${ratios.ndjson}` : ""}\n`);
}
