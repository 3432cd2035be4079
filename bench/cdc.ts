/**
 * Measures rows per second of the binlog reader beside `@vlasky/zongji`, over the same binary log in the same run.
 *
 *     node dist/bench/cdc.js --mysql mysql://root@127.0.0.1:3306 [--json] [--scale 0.1] [--only bulk,small,orm,latency]
 *
 * Each reader has one process for all workloads, as a follower runs for weeks: a fresh one spends its
 * first half second mostly on compiling its code.
 * It reads each workload three times, in turn with the others. Medians count, and every reading's figure is given.
 * The machine's speed cancels out in the ratios.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { createConnection } from "mysql2/promise";
import { type Measured, readWith, type Reader, type Reading } from "./cdc/readers.js";
import { measureLatency, type Latency } from "./cdc/latency.js";
import { workloads, type Workload } from "./cdc/workloads.js";

const { values: options } = parseArgs({
  options: {
    mysql: { type: "string", default: process.env.SLUICE_TEST_MYSQL_URL ?? "mysql://root@127.0.0.1:3306" },
    json: { type: "boolean", default: false }, scale: { type: "string", default: "1" },
    only: { type: "string", default: "bulk,small,orm,latency" }, runs: { type: "string", default: "3" },
    serve: { type: "boolean", default: false },
  },
});

if (options.serve) serve();
else void compare();

/** Serves a reader's readings in this process, which ends with the one that asks. */
function serve(): void {
  process.on("disconnect", () => process.exit());
  process.on("message", (reading) => void readWith(reading as Reading).then((measured) => process.send!(measured)));
}

/** The median of the readings, and the rows per second of each in their order. */
interface Result extends Measured { readonly runs: readonly number[] }

async function compare(): Promise<void> {
  const url = options.mysql, only = options.only.split(","), database = `binlog_bench_${process.pid}`;
  const report: { workloads: Record<string, Record<string, Result>>; ratios: Record<string, number>; latency?: Record<string, Latency> } =
    { workloads: {}, ratios: {} };
  await using database_ = await openDatabase(url, database);
  using processes = new ReaderProcesses();
  for (const workload of workloads.filter(({ name }) => only.includes(name))) {
    const span = await prepare(url, database, workload);
    const readers: Reader[] = workload.name === "bulk" ? ["ours", "zongji", "ours-ndjson", "zongji-ndjson"] : ["ours", "zongji"];
    const medians = await readInTurn(processes, readers, { url, database, ...span });
    report.workloads[workload.name] = medians;
    report.ratios[workload.name] = ratio(medians.ours, medians.zongji);
    if (workload.name === "bulk") report.ratios.ndjson = ratio(medians["ours-ndjson"], medians["zongji-ndjson"]);
    if (!options.json) print(workload.name, medians, report.ratios);
  }
  if (only.includes("latency")) {
    report.latency = await measureLatency(url, database);
    if (!options.json) for (const [reader, { p50Ms, p99Ms }] of Object.entries(report
      .latency)) process.stdout.write(`latency  ${reader.padEnd(14)} p50 ${p50Ms.toFixed(2)} ms  p99 ${p99Ms.toFixed(2)} ms\n`);
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

async function readInTurn(
  processes: ReaderProcesses, readers: readonly Reader[], span: Omit<Reading, "reader">,
): Promise<Record<Reader, Result>> {
  const readings = readers.map((reader) => ({ reader, measured: [] as Measured[] }));
  for (let run = 0; run < Number(options.runs); run++)
    for (const { reader, measured } of readings) measured.push(await processes.read({ reader, ...span }));
  const results = readings.map(({ reader, measured }): [Reader, Result] => [
    reader, { ...median(measured), runs: measured.map(({ rowsPerSecond }) => Math.round(rowsPerSecond)) },
  ]);
  return Object.fromEntries(results) as Record<Reader, Result>;
}

class ReaderProcesses implements Disposable {
  readonly #children = new Map<Reader, ChildProcess>();

  async read(reading: Reading): Promise<Measured> {
    const child = this.#children.get(reading.reader) ?? fork(__filename, ["--serve"]);
    this.#children.set(reading.reader, child);
    const answered = new AbortController(), { signal } = answered;
    try {
      child.send(reading);
      return await Promise.race([
        once(child, "message", { signal }).then(([measured]) => measured as Measured),
        once(child, "exit", { signal }).then(([code, killedBy]) => {
          throw new Error(`reading with ${reading.reader} ended by ${killedBy ?? `code ${code}`}`);
        }),
      ]);
    } finally {
      answered.abort();
    }
  }

  [Symbol.dispose](): void {
    for (const child of this.#children.values()) child.kill();
  }
}

function median(measured: readonly Measured[]): Measured {
  return [...measured].sort((a, b) => a.rowsPerSecond - b.rowsPerSecond)[measured.length >> 1]!;
}

function ratio(ours: Result, theirs: Result): number {
  return Math.round((ours.rowsPerSecond / theirs.rowsPerSecond) * 100) / 100;
}

function print(workload: string, medians: Record<string, Result>, ratios: Record<string, number>): void {
  for (const [reader, { rowsPerSecond, cpuSeconds, rssMb, runs }] of Object.entries(medians))
    process.stdout.write(
      `${workload.padEnd(8)} ${reader.padEnd(14)} ${Math.round(rowsPerSecond).toString().padStart(9)} rows/s  `
        + `${cpuSeconds.toFixed(2).padStart(6)} CPU s  ${Math.round(rssMb)} MB  (${runs.join(", ")})\n`,
    );
  process.stdout.write(`${workload.padEnd(8)} ratio ${ratios[workload]}${workload === "bulk" ? `, ndjson ${ratios.ndjson}` : ""}\n`);
}
