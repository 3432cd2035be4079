/**
 * Looks for reads that go back. A few rows change as fast as MySQL takes it, each with a counter that only grows. One
 * reader a store polls them, by key and by lookup.
 * Meanwhile tables are copied and healed, sync is killed, and rows are repaired and retried. No read may show less
 * than an earlier one; exit code 1 when any does.
 *
 *     node dist/bench/hot-keys.js --mysql mysql://root@127.0.0.1:3306 --stores sqlite:///tmp/hot.db,cassandra://…,elasticsearch://…
 *         [--rows 20000] [--kills 8] [--skip "purged log,dropped table"] [--reads 100000] [--json]
 *
 * It goes on, trouble after trouble, until each store was read so many times, or until SIGTERM; then it ends after the current trouble.
 * It purges the server's binary logs: give it a server of its own, or skip that trouble.
 */
import { rm } from "node:fs/promises";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { fill } from "../generator/main.js";
import { migrate } from "../migrations/migrate.js";
import { connectMysql } from "../runtime/mysql/mysql.js";
import type { Catalog } from "../schema/catalog.js";
import { isWhole } from "../schema/position.js";
import { openStore } from "../stores/open.js";
import { openMysqlSource } from "../sync/mysql/source.js";
import { catalogIn } from "./database.js";
import { Keeper } from "./hot-keys/keeper.js";
import { counter, Reader, type Tally } from "./hot-keys/reader.js";
import { troubles, type World } from "./hot-keys/troubles.js";
import { dropStore } from "./sync/stores.js";

const { values: options } = parseArgs({
  options: {
    mysql: { type: "string", default: process.env.SLUICE_TEST_MYSQL_URL ?? "mysql://root@127.0.0.1:3306" },
    stores: { type: "string", default: `sqlite://${join(tmpdir(), `hot-keys-${process.pid}.db`)}` },
    rows: { type: "string", default: "20000" }, kills: { type: "string", default: "8" }, reads: { type: "string", default: "100000" },
    skip: { type: "string", default: "" }, json: { type: "boolean", default: false },
  },
});

const keys = ["1", "2", "3", "4"];
const owner = "1";
const never = new AbortController().signal;

void main();

async function main(): Promise<void> {
  const name = `hot_keys_${process.pid}`, mysql = new URL(`/${name}`, options.mysql);
  const folder = mkdtempSync(join(tmpdir(), "hot-keys-"));
  const stores = options.stores.split(",").map((url) => (url.startsWith("sqlite:") ? new URL(url) : new URL(`/${name}`, url)));
  const stop = new AbortController();
  try {
    const catalog = await prepare(mysql);
    await using sync = new Keeper({
      SLUICE_MYSQL_URL: mysql.href, SLUICE_STORES: stores.map(({ href }) => href).join(","), SLUICE_DATA_DIR: folder,
      ...tokensOf(process.env),
    });
    const writing = Promise.all(keys.map((key) => write(mysql, key, stop.signal)));
    const written = writing.catch((error: unknown) => stop.abort(error));
    const opened = await Promise.all(stores.map((url) => openWhenThere(url, sync)));
    const readers = opened.map((store) => new Reader(store, catalog.entity("sales_order"), keys, owner));
    const reading = readers.map((reader) => reader.run(stop.signal));
    await trouble({ mysql, catalog, stores, keys, sync, readers, kills: Number(options.kills) });
    stop.abort();
    await Promise.all([...reading, written]);
    for (const store of opened) await store[Symbol.asyncDispose]();
    process.exitCode = report(readers) ? 0 : 1;
  } finally {
    stop.abort();
    // What went wrong before says more than what is then missing.
    await cleanUp(mysql, stores, folder).catch((error: Error) => say(`cleaning up: ${error.message}`));
  }
}

/** The part of the environment that commands need to find programs. Sync's settings come from here. */
function tokensOf({ PATH = "" }: NodeJS.ProcessEnv): Record<string, string> {
  return { PATH };
}

/** Returns the catalog of what it made. */
async function prepare(mysql: URL): Promise<Catalog> {
  await using server = await connectMysql(new URL("/", mysql));
  await server.query(`CREATE DATABASE ${mysql.pathname.slice(1)}`);
  await migrate(mysql);
  await fill({ mysql, seed: 1, rows: Number(options.rows), until: Date.UTC(2026, 0, 1) }, never, () => undefined);
  await using connection = await connectMysql(mysql);
  // These are the newest of one owner, so its first page has them.
  await connection.query(
    `UPDATE sales_order SET ${counter} = 1, counterparty_id = ?, created_at = '2030-01-01 00:00:00' WHERE sales_order_id IN (?)`,
    [owner, keys],
  );
  return await catalogIn(mysql);
}

async function write(mysql: URL, key: string, stop: AbortSignal): Promise<void> {
  await using connection = await connectMysql(mysql);
  while (!stop.aborted) await connection.execute(`UPDATE sales_order SET ${counter} = ${counter} + 1 WHERE sales_order_id = ?`, [key]);
}

/** Opens a reader before anything is there, if the store allows it: then it sees the first copy from its beginning. */
async function openWhenThere(url: URL, sync: Keeper): Promise<Awaited<ReturnType<typeof openStore>>> {
  sync.up();
  return openStore(url);
}

async function trouble(world: World): Promise<void> {
  let isOver = false;
  process.once("SIGTERM", () => { isOver = true; });
  const skipped = options.skip.split(",").map((each) => each.trim());
  const wanted = Object.keys(troubles).filter((each) => !skipped.includes(each));
  for (let round = 0, next = 0; ; next = (next + 1) % wanted.length) {
    if (isOver) return;
    if (next === 0 && round++ > 0 && world.readers.every((reader) => readsOf(reader) >= Number(options.reads))) return;
    const phase = wanted[next]!;
    if (round > 1 && phase === "first copy") continue;
    say(`${phase} …`);
    for (const reader of world.readers) reader.enter(phase);
    await troubles[phase]!(world);
    await caughtUp(world);
  }
}

/** Resolves when every store is whole, and has all that was committed by now. */
async function caughtUp({ mysql, catalog, stores, sync }: World): Promise<void> {
  await using source = openMysqlSource(mysql, catalog, "hot-keys", never);
  const head = await source.head();
  for (const url of stores) {
    await using store = await openStore(url);
    for (const deadline = Date.now() + 300_000; ; await sleep(100)) {
      const progress = await store.progress().catch(() => null);
      if (progress && isWhole(progress) && source.reached(progress.position, head)) break;
      if (Date.now() > deadline) throw new Error(`${store.name} did not catch up within 300 s; sync said last:\n${sync.said}`);
    }
  }
}

function readsOf({ tallies }: Reader): number {
  return [...tallies.values()].reduce((sum, { reads }) => sum + reads, 0);
}

/** Whether no read went back. */
function report(readers: readonly Reader[]): boolean {
  const rows = readers.flatMap(({ store, tallies }) => [...tallies].map(([phase, tally]) => ({ store: store.name, phase, ...tally })));
  const totals = readers.map((reader) => ({ store: reader.store.name, phase: "all", ...sumOf([...reader.tallies.values()]) }));
  const ok = totals.every(({ reads, backward, absent }) => reads > 0 && backward === 0 && absent === 0);
  if (options.json) process.stdout.write(`${JSON.stringify({ ok, rows: [...rows, ...totals] }, null, 2)}\n`);
  else console.table([...rows, ...totals]);
  return ok;
}

function sumOf(tallies: readonly Tally[]): Tally {
  return tallies.reduce((sum, each) => ({
    reads: sum.reads + each.reads, backward: sum.backward + each.backward, furthest: Math.max(sum.furthest, each.furthest),
    absent: sum.absent + each.absent, unanswered: sum.unanswered + each.unanswered,
  }), { reads: 0, backward: 0, furthest: 0, absent: 0, unanswered: 0 });
}

async function cleanUp(mysql: URL, stores: readonly URL[], folder: string): Promise<void> {
  await using connection = await connectMysql(new URL("/", mysql));
  await connection.query(`DROP DATABASE IF EXISTS ${mysql.pathname.slice(1)}`);
  for (const url of stores) {
    if (url.protocol === "sqlite:") for (const end of ["", "-wal", "-shm"]) await rm(
      `${decodeURIComponent(url.pathname)}${end}`, { force: true },
    );
    else await dropStore(url);
  }
  await rm(folder, { recursive: true, force: true });
}

function say(line: string): void {
  if (!options.json) process.stderr.write(`${line}\n`);
}
