/**
 * Measures row events per second of `sluice sync` into Cassandra, Elasticsearch and both, beside bare loops of
 * the drivers over the same rows in the same run.
 * It also measures how soon a commit can be read, and the memory that sync takes.
 *
 *     node dist/bench/sync.js --mysql mysql://root@127.0.0.1:3306 --stores cassandra://127.0.0.1:9042,elasticsearch://127.0.0.1:9200
 *         [--json] [--scale 0.1]
 *
 * Both sides take turns, three times each, each time in a process of its own and into empty stores; medians count.
 * Sync decodes the binary log while the clock runs; the bare loops have the rows in memory. The machine's speed cancels out in the ratios.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { migrate } from "../migrations/migrate.js";
import type { Catalog } from "../schema/catalog.js";
import { catalogIn, dropped } from "./database.js";
import { type BareWork, runBare } from "./sync/bare.js";
import { type Latency, measureFreshness } from "./sync/freshness.js";
import { reached, startSync } from "./sync/process.js";
import { freshStores, type StoreName, storeNames } from "./sync/stores.js";
import { headOf, prepareWorkload, type Workload } from "./sync/workload.js";

const { values: options } = parseArgs({
  options: {
    mysql: { type: "string", default: process.env.SLUICE_TEST_MYSQL_URL ?? "mysql://root@127.0.0.1:3306" },
    stores: { type: "string", default: "cassandra://127.0.0.1:9042,elasticsearch://127.0.0.1:9200" },
    json: { type: "boolean", default: false }, scale: { type: "string", default: "1" },
    only: { type: "string", default: "cassandra,elasticsearch,both,freshness" }, runs: { type: "string", default: "3" },
    bare: { type: "string" },
  },
});

void (options.bare === undefined ? compare() : runBare(
  JSON.parse(options.bare) as BareWork,
).then((seconds) => { process.stdout.write(JSON.stringify(seconds)); }));

/** What is measured: a database, its catalog, and the servers of the stores. */
interface Place { readonly mysql: URL; readonly catalog: Catalog; readonly servers: readonly URL[] }

interface Drained { readonly rowsPerSecond: number; readonly bareRowsPerSecond: number }

interface Report {
  readonly ratios: Record<string, number>;
  [drained: string]: unknown;
}

async function compare(): Promise<void> {
  const scale = Number(options.scale), only = options.only.split(",");
  const servers = options.stores.split(",").map((url) => new URL(url));
  const mysql = new URL(`/sync_bench_${process.pid}`, options.mysql);
  await using database = dropped(mysql);
  await migrate(mysql);
  const place: Place = { mysql, catalog: await catalogIn(mysql), servers };
  const workload = await prepareWorkload(mysql, place.catalog, scale);
  const report: Report = { ratios: {}, rows: workload.rows };
  let rssMb = 0;

  for (const [name, stores] of [...storeNames.map((store) => [store, [store]] as const), ["both", storeNames] as const]) {
    if (!only.includes(name)) continue;
    const sync: number[] = [], bare: number[] = [];
    for (let run = 0; run < Number(options.runs); run++) {
      const drained = await drain(place, stores, workload);
      rssMb = Math.max(rssMb, drained.rssMb);
      sync.push(workload.rows / drained.seconds);
      bare.push(workload.rows / await bareSeconds(place, stores, workload));
    }
    const medians: Drained = { rowsPerSecond: Math.round(median(sync)), bareRowsPerSecond: Math.round(median(bare)) };
    report.ratios[name] = rounded(medians.rowsPerSecond / medians.bareRowsPerSecond);
    report[name] = medians;
    say(
      `${name.padEnd(14)} ${String(medians.rowsPerSecond).padStart(7)} rows/s  bare ${String(medians.bareRowsPerSecond).padStart(7)} `
        + `rows/s  ratio ${report.ratios[name]}`,
    );
  }
  if (only.includes("freshness")) {
    const fresh = await freshness(place, Math.max(4, 20 * scale));
    rssMb = Math.max(rssMb, fresh.rssMb);
    report.freshness = fresh.latency;
    for (const [name, { p50Ms, p99Ms }] of Object.entries(fresh
      .latency)) say(`${name.padEnd(14)} commit to readable: p50 ${p50Ms} ms  p99 ${p99Ms} ms`);
  }
  Object.assign(report, { rssMb: Math.round(rssMb), load: loadavg().map(rounded) });
  say(`sync's memory ${report.rssMb} MB; load average ${String(report.load)}`);
  if (options.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  void database;
}

async function drain(
  { mysql, catalog, servers }: Place, names: readonly StoreName[], { from, to }: Workload,
): Promise<{ seconds: number; rssMb: number }> {
  await using stores = await freshStores(servers, names, catalog, from);
  await using sync = await startSync(mysql, stores.urls);
  const ends = await reached(mysql, catalog, stores.urls, to);
  return { seconds: (Math.max(...ends) - sync.streamingAt) / 1000, rssMb: sync.rssMb() };
}

async function bareSeconds({ mysql, catalog, servers }: Place, names: readonly StoreName[], workload: Workload): Promise<number> {
  await using stores = await freshStores(servers, names, catalog, workload.from);
  const work: BareWork = { mysql: mysql.href, stores: stores.urls.map((url) => url.href), workload };
  const child = spawn(process.execPath, [__filename, "--bare", JSON.stringify(work)], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => { text += part; });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`the bare loop ended with code ${code}`);
  return Number(text);
}

async function freshness(
  { mysql, catalog, servers }: Place, seconds: number,
): Promise<{ latency: Record<StoreName, Latency>; rssMb: number }> {
  await using stores = await freshStores(servers, storeNames, catalog, await headOf(mysql, catalog));
  await using sync = await startSync(mysql, stores.urls);
  const { cassandra, elasticsearch } = await measureFreshness(mysql, stores.urls, seconds);
  const of = ({ p50Ms, p99Ms }: Latency) => ({ p50Ms: rounded(p50Ms), p99Ms: rounded(p99Ms) });
  return { latency: { cassandra: of(cassandra), elasticsearch: of(elasticsearch) }, rssMb: sync.rssMb() };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function say(line: string): void {
  if (!options.json) process.stdout.write(`${line}\n`);
}
