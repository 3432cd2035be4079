import { type Entity, type Key, keyText, type Row } from "../../schema/entity.js";
import { everyKey, type Position, rewriteVersion, type Version } from "../../schema/position.js";
import { Unheld } from "../../schema/unheld.js";
import { type Found, Overtaken, type Source } from "../source.js";
import { Interleaving } from "./interleaving.js";
import type { ChunkEnd } from "./window.js";

export interface RowsAsOf {
  /**
   * In the order of the keys; null for a key without a row. `undefined`: the row has changed
   * since the position, so the stream brings it whole.
   */
  readonly rows: readonly (Row | Unheld | null | undefined)[];
  /** Newer than all that was committed when the rows were read, and older than all that comes after. */
  readonly version: Version;
}

/** One break of the connection is expected now and then; more of them are reported. */
const mostTries = 3;

/**
 * Reads rows of the source as they are now, with the place in its log to write them at. So nothing that a pipeline still has to bring, from
 * the store's `position` on, takes them back to an older state.
 * It reads the log from there, as sync itself does, whether or not sync runs.
 * @throws Unresumable when the log does not go back that far, Overtaken when too much has changed since
 */
export async function rowsAsOf(
  source: Source, position: Position, entity: Entity, keys: readonly Key[], signal: AbortSignal,
): Promise<RowsAsOf> {
  for (let tries = 1; ; tries++) {
    try {
      return await read(source, position, entity, keys, signal);
    } catch (error) {
      if (!(error instanceof Overtaken) || tries === mostTries) throw error;
    }
  }
}

async function read(source: Source, position: Position, entity: Entity, keys: readonly Key[], signal: AbortSignal): Promise<RowsAsOf> {
  const done = new AbortController();
  const either = AbortSignal.any([signal, done.signal]);
  const interleaving = new Interleaving(source, position);
  const end: ChunkEnd = {
    op: "chunk-end", entity: entity.table, version: rewriteVersion(position.version), cut: either, range: everyKey, left: null,
    rows: keys.length,
  };
  using window = (await interleaving.window(entity.table, either, keys))!;
  const enter = async () => {
    const rows = await source.rows(entity, keys, position);
    await window.enter({ rows: rows.map((row, i) => found(entity, keys[i]!, row)), until: await source.end(either) }, end);
  };
  const entering = enter().catch((error: unknown) => done.abort(error));
  try {
    for await (const arrivals of interleaving.through((ended) => source.stream(position, ended), either)) {
      if (arrivals.at(-1) === end) return placed(keys, arrivals.slice(0, -1) as Found[], end);
    }
    either.throwIfAborted();
    throw new Error(`${source.name} ended its stream of changes by itself`);
  } finally {
    done.abort();
    await entering;
  }
}

function placed(keys: readonly Key[], entered: readonly Found[], { version }: ChunkEnd): RowsAsOf {
  const byKey = new Map(entered.map((each) => [keyText(each.key), each.op === "unheld" ? new Unheld(each.reason) : each.after]));
  return { rows: keys.map((key) => byKey.get(keyText(key))), version: entered[0]?.version ?? version };
}

function found(entity: Entity, key: Key, row: Row | Unheld | null): Found {
  if (row instanceof Unheld) return { op: "unheld", entity: entity.table, key, version: 0, reason: row.reason };
  return { op: row ? "read" : "delete", entity: entity.table, key, before: null, after: row, version: 0 };
}
