import { pause } from "../runtime/wait.js";
import type { Catalog } from "../schema/catalog.js";
import { type Entity, keyOf } from "../schema/entity.js";
import type { Position } from "../schema/position.js";
import type { RowStore, Store } from "../stores/ports.js";
import { Comparison, type Report } from "./comparison.js";
import { heldRows } from "./held-rows.js";
import type { Source } from "./source.js";
import { verifyEntries } from "./verify-entries.js";

export interface VerifyParts {
  readonly source: Source;
  readonly stores: readonly Store[];
  readonly catalog: Catalog;
  /** How long to wait for the stores to hold everything committed up to now; 0 not to wait. */
  readonly waitMs: number;
}

/** Rows asked for by key at once. */
const piece = 500;

/**
 * Compares every row of every table with what each store holds, value by value, both ways, and every entry of every lookup. Rows that
 * differ are looked at again a few times, so writes that go on meanwhile are not taken for differences. Holds one chunk at a time.
 * @throws NotCurrent when a store does not catch up in time
 */
export async function verify({ source, stores, catalog, waitMs }: VerifyParts, signal: AbortSignal): Promise<Report> {
  if (waitMs > 0) await caughtUp(source, stores, waitMs, signal);
  const comparison = new Comparison(source, stores, signal);
  for (const entity of catalog.entities) {
    await rowsOfSource(comparison, source, entity, signal);
    for (const store of stores) {
      await rowsOfStore(comparison, source, store, entity);
      for (const lookup of entity.lookups) await verifyEntries(comparison, source, store, entity, lookup, signal);
    }
    signal.throwIfAborted();
  }
  return comparison.report();
}

/** A store is behind for longer than one wanted to wait. */
export class NotCurrent extends Error {
  override readonly name = "NotCurrent";
}

/** Resolves when each store holds everything that was committed when this was called. */
export async function caughtUp(source: Source, stores: readonly Store[], waitMs: number, signal: AbortSignal): Promise<void> {
  const target = await source.head();
  const deadline = Date.now() + waitMs;
  let behind = stores.map((store) => ({ store, why: "" }));
  while (true) {
    const looks = await Promise.all(behind.map(async ({ store }) => ({ store, why: await lacking(source, store, target) })));
    behind = looks.flatMap(({ store, why }) => (why === null ? [] : [{ store, why }]));
    if (behind.length === 0) return;
    if (Date.now() > deadline) {
      const names = behind.map(({ store, why }) => `${store.name} (${why})`).join(", ");
      throw new NotCurrent(`not caught up within ${waitMs / 1000} s: ${names}. Remedy: see "sluice status" whether its pipeline runs, or wait longer`);
    }
    await pause(100, signal);
    signal.throwIfAborted();
  }
}

/** Why the store is not there yet; null when it is. One that does not answer now, or is being made ready, may do so later. */
async function lacking(source: Source, store: Store, target: Position): Promise<string | null> {
  try {
    const progress = await store.progress();
    if (!progress) return "nothing was ever written to it";
    const copies = Object.values(progress.copied ?? {});
    if (progress.phase === "snapshot" || copies.some((copy) => copy !== "done")) return "its snapshot is not complete";
    return source.reached(progress.position, target) ? null : "it is behind";
  } catch (error) {
    return (error as Error).message;
  }
}

/** What the source has and a store lacks or has otherwise. */
async function rowsOfSource(comparison: Comparison, source: Source, entity: Entity, signal: AbortSignal): Promise<void> {
  for await (const chunk of source.snapshot(entity, await source.head(), null, signal)) {
    for (let from = 0; from < chunk.length; from += piece) {
      const part = chunk.slice(from, from + piece);
      const keys = part.map(({ key }) => key);
      const rows = part.map((message) => (message.op === "unreadable" ? null : message.after));
      await Promise.all(comparison.stores.map(async (store) => {
        comparison.counted(store, entity, "rows", rows.filter(Boolean).length);
        await comparison.compare(store, entity, keys, rows, await rowsIn(store).get(entity, keys));
      }));
    }
  }
}

/** What a store has and the source lacks: ghosts. */
async function rowsOfStore(comparison: Comparison, source: Source, store: Store, entity: Entity): Promise<void> {
  for await (const audited of store.audit.rows(entity)) {
    for (let from = 0; from < audited.length; from += piece) {
      const rows = audited.slice(from, from + piece);
      const keys = rows.map((row) => keyOf(entity, row));
      await comparison.compare(store, entity, keys, await heldRows(source, entity, keys), rows);
    }
  }
}

function rowsIn(store: Store): RowStore {
  if (!store.rows) throw new Error(`${store.name} cannot be asked for rows by key, so it cannot be verified`);
  return store.rows;
}
