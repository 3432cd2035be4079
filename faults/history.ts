import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { drawFrom } from "../generator/random.js";
import { migrate } from "../migrations/migrate.js";
import { connectMysql } from "../runtime/mysql/mysql.js";
import { sleep } from "../runtime/wait.js";
import { readMeaning } from "../schema/meaning/read.js";
import { ownCatalog } from "../schema/meaning/setting.js";
import { catalogOfServer } from "../sync/mysql/catalog.js";
import { inject, type Scene } from "./inject.js";
import { isSettled, judge } from "./judge/judge.js";
import type { Plan } from "./plan.js";
import { SyncProcess } from "./sync-process.js";
import { wipe } from "./wipe.js";
import { Ledger } from "./workload/ledger.js";
import { drawTransaction, filling, initialRows, type Transaction } from "./workload/workload.js";
import { Writer } from "./workload/writer.js";
import { type StoreName, nameOf, touches } from "./world/fault.js";
import type { World } from "./world/world.js";

export interface History {
  readonly seed: number;
  /** How often each fault struck, by name. */
  readonly faults: Readonly<Record<string, number>>;
  readonly transactions: number;
  /** Rows in the ledger at the end. */
  readonly rows: number;
  readonly deadLetters: number;
  /** The time from the last transaction and fault until every store held everything. */
  readonly catchUpMs: number;
  readonly seconds: number;
  /** Exit codes of sync, except those that the history caused. After each the process manager started it again. */
  readonly exits: readonly (number | string)[];
  /** What is not as it must be; empty when every store equals the ledger. */
  readonly deviations: readonly string[];
  readonly log: string;
}

/** Runs one history, from empty stores to the verdict. What it writes is gone at the end, except the logs of one that failed. */
export async function runHistory(plan: Plan, world: World, signal: AbortSignal): Promise<History> {
  const began = Date.now();
  const folder = join(world.folder, "histories", String(plan.seed));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const name = `faults_${plan.seed}`;
  const database = () => new URL(`/${name}`, world.pair.url);
  const address = (store: StoreName) => addressOf(store, name, world, folder, false);
  await world.pair.begin();
  await migrate(database(), signal);
  const { catalog } = await catalogOfServer(database(), await readMeaning(ownCatalog));

  const log = join(folder, "sync.log");
  const mysql = database();
  mysql.port = String(world.link("mysql").port);
  await using writer = new Writer(database, signal);
  await using sync = new SyncProcess({
    SLUICE_CATALOG: ownCatalog, SLUICE_MYSQL_URL: mysql.href,
    SLUICE_STORES: world.stores.map((store) => addressOf(store, name, world, folder, true).href).join(","),
    SLUICE_MAX_REJECTIONS: "1000000",
  }, log);
  const draw = drawFrom(plan.seed);
  const ledger = new Ledger();
  const keep = async (transaction: Transaction) => {
    const committed = await writer.write(transaction);
    if (committed) ledger.commit(transaction.draft);
    return committed;
  };
  let unheard = unheardFrom;
  const scene: Scene = {
    world, sync, writer, address,
    fill: async (rows) => void (await keep(filling(fillNumber, catalog.entity("payment_type"), rows, ledger))),
    unheard: (count) => {
      const other = ledger.copy();
      return Array.from({ length: count }, () => {
        const transaction = drawTransaction(unheard--, catalog, other, draw);
        other.commit(transaction.draft);
        return transaction;
      });
    },
    settled: () => isSettled(database(), catalog, world.stores.map(address), signal),
  };
  await writer.prepare();
  for (const rows of initialRows(catalog, draw)) await keep(rows);

  sync.up();
  const begun = copying(log, signal);
  const [transactions, faults] = await Promise.all([
    trade(plan, (number) => keep(drawTransaction(number, catalog, ledger, draw)), begun, signal),
    begun.then(() => strike(plan, scene, signal)),
  ]);
  const stores = world.stores.map(address);
  const verdict = await judge({ database: database(), catalog, stores, sync, ledger, signal });
  await using server = await connectMysql(database());
  await server.query(`DROP DATABASE ${name}`);
  for (const store of stores) await wipe(store);
  if (verdict.deviations.length === 0) await rm(folder, { recursive: true });
  return {
    seed: plan.seed, faults, transactions, rows: ledger.rows, ...verdict, seconds: (Date.now() - began) / 1000, exits: sync.exits, log,
  };
}

/** Numbers that no other transaction has. */
const [fillNumber, unheardFrom] = [-2_000, -3_000];

/** How long sync may take to begin on a busy machine before the history goes on without it. */
const beginMs = 60_000;

/** Resolves when a pipeline has begun to copy. Faults that strike while Node loads its modules would show little. */
async function copying(log: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + beginMs;
  while (Date.now() < deadline && !(await readFile(log, "utf8").catch(() => "")).includes("copying tables beside the stream")) {
    await sleep(50, signal);
    signal.throwIfAborted();
  }
}

/**
 * Commits transactions at the plan's rate, until its time after `begun` is over; late ones follow at once.
 * At least a third are committed, however long the server was away.
 */
async function trade(plan: Plan, write: (number: number) => Promise<boolean>, begun: Promise<void>, signal: AbortSignal): Promise<number> {
  const began = Date.now();
  let [committed, end] = [0, Infinity];
  void begun.then(() => { end = Date.now() + plan.durationMs; }, () => undefined);
  const least = plan.rate * plan.durationMs / 3_000;
  for (let number = 1; Date.now() < end || committed < least; number++) {
    await sleep(began + number * 1000 / plan.rate - Date.now(), signal);
    signal.throwIfAborted();
    if (await write(number)) committed++;
  }
  return committed;
}

/** Strikes with every fault at its time, or when what it touches is free again. Resolves when all is mended. */
async function strike(plan: Plan, scene: Scene, signal: AbortSignal): Promise<Record<string, number>> {
  const began = Date.now();
  const busy = new Map<string, Promise<unknown>>();
  const counts: Record<string, number> = {};
  for (const { atMs, fault } of plan.faults) {
    await sleep(began + atMs - Date.now(), signal);
    signal.throwIfAborted();
    const turn = Promise.all(touches(fault).map((what) => busy.get(what))).then(() => inject(fault, scene, signal));
    for (const what of touches(fault)) busy.set(what, turn);
    counts[nameOf(fault)] = (counts[nameOf(fault)] ?? 0) + 1;
  }
  await Promise.all(busy.values());
  return counts;
}

function addressOf(store: StoreName, name: string, world: World, folder: string, linked: boolean): URL {
  const port = () => (linked ? world.link(store as "cassandra").port : world.server(store as "cassandra").url.port);
  switch (store) {
    case "embedded": return new URL(`sqlite://${encodeURI(join(world.disk?.folder ?? folder, `${name}.db`))}`);
    case "cassandra": return new URL(`cassandra://127.0.0.1:${port()}/${name}?replication=1`);
    case "elasticsearch": return new URL(`elasticsearch://127.0.0.1:${port()}/${name.replace("_", "-")}`);
  }
  store satisfies never;
}
