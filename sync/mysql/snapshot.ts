import type { Change, Unreadable } from "../../schema/change.js";
import { type Entity, type Key, type Row, keyOf, keyText } from "../../schema/entity.js";
import type { Position, Version } from "../../schema/position.js";
import { Unheld } from "../source.js";
import { type RawRow, type RowCodec, rowCodec } from "./codec.js";
import type { Reading } from "./reading.js";
import { selectChunk, selectKeys } from "./snapshot-sql.js";

/** Rows per statement: few enough that a chunk of wide rows stays small, many enough that the round trip does not count. */
const chunkRows = 2_000;

/**
 * The rows of one table in key order, each chunk as of the moment it is read, all with the version of the head read before:
 * whatever is committed meanwhile comes again from the stream, newer. No lock, no long transaction.
 */
export async function* snapshot(
  reading: Reading, database: string, entity: Entity, at: Position, after: Key | null, signal: AbortSignal,
): AsyncGenerator<(Change | Unreadable)[]> {
  const codec = rowCodec(entity);
  let last = after;
  while (!signal.aborted) {
    const raws = await reading.rows(selectChunk(entity, database, last, chunkRows), signal);
    if (raws.length === 0) return;
    const chunk = raws.map((raw) => read(entity, codec, raw as RawRow, at.version));
    last = chunk.at(-1)!.key;
    yield chunk;
    if (raws.length < chunkRows) return;
  }
}

/** The rows of these keys as they are now, in their order; null where there is none. */
export async function rowsOf(
  reading: Reading, database: string, entity: Entity, keys: readonly Key[], signal: AbortSignal,
): Promise<(Row | Unheld | null)[]> {
  if (keys.length === 0) return [];
  const codec = rowCodec(entity);
  const raws = await reading.rows(selectKeys(entity, database, keys), signal);
  const found = new Map<string, Row | Unheld>();
  for (const raw of raws as RawRow[]) found.set(keyText(codec.key(raw)), held(codec, raw));
  return keys.map((key) => found.get(keyText(key)) ?? null);
}

function read(entity: Entity, codec: RowCodec, raw: RawRow, version: Version): Change | Unreadable {
  const after = held(codec, raw);
  if (after instanceof Unheld) return { op: "unreadable", entity: entity.table, key: codec.key(raw), version, reason: after.reason };
  return { op: "read", entity: entity.table, key: keyOf(entity, after), before: null, after, version };
}

/** The row, or why the catalog's types cannot hold it (invariant 9). */
export function held(codec: RowCodec, raw: RawRow): Row | Unheld {
  try {
    return codec.row(raw);
  } catch (error) {
    if (error instanceof Unheld) return error;
    throw error;
  }
}
