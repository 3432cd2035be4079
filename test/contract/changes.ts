import type { Change } from "../../schema/change.js";
import { type Entity, type Key, type Row, keyOf, keyText } from "../../schema/entity.js";
import type { Version } from "../../schema/position.js";
import type { Store } from "../../stores/ports.js";

export const signal = new AbortController().signal;

let last: Version = Date.now() * 1000;

/** Grows with every call, as versions do. */
export function nextVersion(): Version {
  return (last += 10);
}

let lastId = 1000;

/** A key no other test of the file uses. */
export function nextId(): string {
  return String(++lastId);
}

export const created = (of: Entity, after: Row, version = nextVersion()): Change =>
  ({ op: "create", entity: of.table, key: keyOf(of, after), before: null, after, version });

export const updated = (of: Entity, before: Row, after: Row, version = nextVersion()): Change =>
  ({ op: "update", entity: of.table, key: keyOf(of, after), before, after, version });

export const deleted = (of: Entity, before: Row, version = nextVersion()): Change =>
  ({ op: "delete", entity: of.table, key: keyOf(of, before), before, after: null, version });

/** The states of one row in order of time, null for absent, as the changes between them. */
export function historyOf(of: Entity, states: readonly (Row | null)[]): Change[] {
  const changes: Change[] = [];
  let before: Row | null = null;
  for (const after of states) {
    if (after && before) changes.push(updated(of, before, after));
    else if (after) changes.push(created(of, after));
    else if (before) changes.push(deleted(of, before));
    before = after;
  }
  return changes;
}

/** Finds a row by key where the engine can, else by looking at everything. */
export async function rowsOf(store: Store, of: Entity, keys: readonly Key[]): Promise<readonly (Row | null)[]> {
  if (store.rows) return store.rows.get(of, keys);
  const found = new Map((await everyRow(store, of)).map((row) => [keyText(keyOf(of, row)), row]));
  return keys.map((key) => found.get(keyText(key)) ?? null);
}

export async function rowOf(store: Store, of: Entity, key: Key): Promise<Row | null> {
  return (await rowsOf(store, of, [key]))[0] ?? null;
}

export async function everyRow(store: Store, of: Entity): Promise<Row[]> {
  return (await collect(store.audit.rows(of))).map(({ row }) => row);
}

export async function collect<T>(pieces: AsyncIterable<readonly T[]>): Promise<T[]> {
  const rows: T[] = [];
  for await (const piece of pieces) rows.push(...piece);
  return rows;
}
