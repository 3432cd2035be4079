import type { Change, Unreadable } from "../../schema/change.js";
import { type Entity, type Key, type Row, keyOf, keyText } from "../../schema/entity.js";
import type { KeyRange, Version } from "../../schema/position.js";
import { Unheld } from "../source.js";
import { type RawRow, type RowCodec, rowCodec } from "./codec.js";
import { Reading } from "./reading.js";
import { selectChunk, selectKeys } from "./snapshot-sql.js";

/** Rows of one statement, so that none takes long: many enough that the round trip does not count. */
const statementRows = 1_000;
/** Of the texts of one chunk. A single row may be larger. */
const chunkBytes = 1024 * 1024;

/**
 * The rows of one table within a key range, in key order, each chunk as of about the moment it is read, all with one version:
 * whatever is committed meanwhile comes again from the stream, newer. No lock, no long transaction; a connection of its own, so that
 * several ranges are read side by side.
 */
export async function* snapshot(
  url: URL, database: string, entity: Entity, { version }: { readonly version: Version }, range: KeyRange, signal: AbortSignal,
): AsyncGenerator<(Change | Unreadable)[]> {
  await using reading = new Reading(url);
  const codec = rowCodec(entity);
  let after = range.after;
  while (!signal.aborted) {
    let rows = 0;
    for await (const raws of reading.pieces(() => selectChunk(entity, database, { ...range, after }, statementRows), chunkBytes, signal)) {
      const chunk = raws.map((raw) => read(entity, codec, raw as RawRow, version));
      after = chunk.at(-1)!.key;
      rows += chunk.length;
      yield chunk;
      if (signal.aborted) return;
    }
    if (rows < statementRows) return;
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
