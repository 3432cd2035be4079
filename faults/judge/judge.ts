import { sleep } from "../../runtime/wait.js";
import type { Catalog } from "../../schema/catalog.js";
import { isWhole } from "../../schema/position.js";
import { openSink, openStore } from "../../stores/open.js";
import type { DeadLetter, Store } from "../../stores/ports.js";
import { openMysqlSource } from "../../sync/mysql/source.js";
import type { Source } from "../../sync/source.js";
import { caughtUp } from "../../sync/verify/comparing/caught-up.js";
import type { SyncProcess } from "../sync-process.js";
import type { Ledger } from "../workload/ledger.js";
import { deviations } from "./deviations.js";

export interface Verdict {
  readonly deviations: readonly string[];
  readonly deadLetters: number;
  readonly catchUpMs: number;
}

export interface Judged {
  readonly database: URL;
  readonly catalog: Catalog;
  /** The stores' own addresses, past the links. */
  readonly stores: readonly URL[];
  readonly sync: SyncProcess;
  readonly ledger: Ledger;
  readonly signal: AbortSignal;
}

/** A store that is not current after this long counts as one that never will be. */
const patienceMs = 240_000;
/** Elasticsearch shows what it holds once a second. */
const visibleMs = 3_000;

/** Waits until every store holds everything, drains sync, and compares each store with the ledger. */
export async function judge({ database, catalog, stores: urls, sync, ledger, signal }: Judged): Promise<Verdict> {
  const healed = Date.now();
  await using source = openMysqlSource(database, catalog, "faults", signal);
  const found: string[] = [];
  for (const url of urls) {
    try {
      await untilCurrent(url, async (store) => {
        await caughtUp(source, [store], Math.max(1_000, patienceMs - (Date.now() - healed)), signal);
        await untilFollowed(store, source, sync, healed, signal);
      }, healed, signal);
    } catch (error) {
      found.push((error as Error).message);
    }
  }
  const catchUpMs = Date.now() - healed;
  const { code, ms } = await sync.drain();
  // Invariant 7.
  if (code !== 0 || ms > 10_000) found.push(`sync drained with ${code} after ${ms} ms`);
  if (found.length > 0) return { deviations: found, deadLetters: 0, catchUpMs };

  let deadLetters = 0;
  for (const url of urls) {
    const letters = await lettersOf(url);
    deadLetters += letters.length;
    await using store = await openStore(url);
    found.push(...await settledDeviations(store, letters, ledger, catalog, signal));
  }
  return { deviations: found, deadLetters, catchUpMs };
}

/** Whether each store holds what is committed by now, and copies nothing. It asks once and does not wait. */
export async function isSettled(database: URL, catalog: Catalog, stores: readonly URL[], signal: AbortSignal): Promise<boolean> {
  try {
    await using source = openMysqlSource(database, catalog, "faults", signal);
    for (const url of stores) {
      await using store = await openStore(url);
      await caughtUp(source, [store], settleMs, signal);
      if (!(await hasNothingElse(store, source))) return false;
    }
    return true;
  } catch {
    return false;
  }
}

const settleMs = 3_000;

/** A position that was read from a lost server may name transactions that the source does not have. */
async function hasNothingElse(store: Store, source: Source): Promise<boolean> {
  const progress = await store.progress();
  return progress !== null && source.reached(await source.head(), progress.position);
}

/** A store that sync has not made yet cannot be opened yet. */
async function untilCurrent(url: URL, wait: (store: Store) => Promise<void>, began: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await using store = await openStore(url);
      return await wait(store);
    } catch (error) {
      if ((error as Error).name === "NotCurrent" || Date.now() - began > patienceMs) throw error;
    }
    await sleep(100, signal);
    signal.throwIfAborted();
  }
}

/**
 * Waits until the store's pipeline runs in today's process, and has heard from the source since.
 * It must also have nothing that the source has not: what it read from a lost server.
 */
async function untilFollowed(store: Store, source: Source, sync: SyncProcess, since: number, signal: AbortSignal): Promise<void> {
  const streams = `"pipeline":"${store.name}"`;
  while (Date.now() - since < patienceMs) {
    const progress = await store.progress();
    const isIts = (line: string) => line.includes(streams) && line.includes('"msg":"streaming"');
    const follows = progress !== null && isWhole(progress) && progress.currentAt > since && (await sync.said()).split("\n").some(isIts);
    if (follows && (await hasNothingElse(store, source))) return;
    await sleep(100, signal);
    signal.throwIfAborted();
  }
  throw new Error(`${store.name} holds everything, but its pipeline does not follow the source any more`);
}

async function settledDeviations(
  store: Store, letters: readonly DeadLetter[], ledger: Ledger, catalog: Catalog, signal: AbortSignal,
): Promise<string[]> {
  const deadline = Date.now() + visibleMs;
  for (;;) {
    const found = await deviations(store, letters, ledger, catalog);
    if (found.length === 0 || Date.now() > deadline) return found;
    await sleep(500, signal);
    signal.throwIfAborted();
  }
}

async function lettersOf(url: URL): Promise<readonly DeadLetter[]> {
  await using sink = await openSink(url);
  return await sink.deadLetters.list(1_000_000);
}
