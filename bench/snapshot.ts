/**
 * Measures a snapshot of one table of 5,000,000 rows with a SIGKILL in the middle. Its rows per second stand beside a SELECT of the same
 * rows into nothing in the same run.
 * It also measures the memory that sync takes, and says whether the store is equal in the end.
 *
 *     node dist/bench/snapshot.js --mysql mysql://root@127.0.0.1:3306
 *         [--stores sqlite:///tmp/bench.db] [--rows 5000000] [--scale 1] [--json]
 */
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { catalogIn, dropped } from "./database.js";
import { checksumOfSource, checksumOfStore } from "./snapshot/checksum.js";
import { copyKilledHalfway } from "./snapshot/copying.js";
import { fillTable, selectIntoNothing } from "./snapshot/table.js";
import { dropStore } from "./sync/stores.js";

const { values: options } = parseArgs({
  options: {
    mysql: { type: "string", default: process.env.SLUICE_TEST_MYSQL_URL ?? "mysql://root@127.0.0.1:3306" },
    stores: { type: "string", default: `sqlite://${join(tmpdir(), `snapshot-bench-${process.pid}.db`)}` },
    rows: { type: "string", default: "5000000" }, scale: { type: "string", default: "1" }, json: { type: "boolean", default: false },
  },
});

void main();

async function main(): Promise<void> {
  const mysql = new URL(`/snapshot_bench_${process.pid}`, options.mysql);
  await using _ = dropped(mysql);
  const rows = Math.round(Number(options.rows) * Number(options.scale));
  say(`filling sales_order with ${rows.toLocaleString("en")} rows`);
  await fillTable(mysql, rows);
  const catalog = await catalogIn(mysql), salesOrder = catalog.entity("sales_order");
  const wanted = await checksumOfSource(mysql, catalog, salesOrder);
  const selected = await selectIntoNothing(mysql, salesOrder);
  const report: Record<string, unknown> = { rows, selectRowsPerSecond: Math.round(rows / selected) };
  say(`SELECT into nothing   ${per(rows, selected)}`);

  let equal = true;
  for (const given of options.stores.split(",")) {
    const url = given.startsWith("sqlite:") ? new URL(given) : new URL(`/snapshot_bench_${process.pid}${new URL(given).search}`, given);
    const name = url.protocol === "sqlite:" ? "embedded" : url.protocol.startsWith("cassandra") ? "cassandra" : "elasticsearch";
    if (name === "embedded") await empty(url);
    const { seconds, rssMb, rowsAtKill } = await copyKilledHalfway(mysql, url, rows);
    const found = await checksumOfStore(url, salesOrder);
    const same = found.rows === wanted.rows && found.sum === wanted.sum;
    equal &&= same;
    report[name] = {
      rowsPerSecond: Math.round(rows / seconds), ofSelect: rounded(selected / seconds), rssMb: Math.round(rssMb), rowsAtKill, equal: same,
    };
    say(
      `${name.padEnd(21)} ${per(rows, seconds)}, ${rounded(selected / seconds)} of SELECT; ${Math.round(rssMb)} MB; killed after `
        + `${rowsAtKill.toLocaleString("en")} rows; ` +
        `${same ? "equal" : `DIFFERS: ${found.rows} rows`}`,
    );
    await empty(url);
  }
  if (options.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  if (!equal) process.exitCode = 1;
}

async function empty(url: URL): Promise<void> {
  if (url.protocol !== "sqlite:") return dropStore(url);
  for (const suffix of ["", "-wal", "-shm"]) await rm(`${decodeURIComponent(url.pathname)}${suffix}`, { force: true });
}

const per = (rows: number, seconds: number) => `${Math.round(rows / seconds).toLocaleString("en")} rows/s`;
const rounded = (value: number) => Math.round(value * 1000) / 1000;

function say(line: string): void {
  if (!options.json) process.stdout.write(`${line}\n`);
}
