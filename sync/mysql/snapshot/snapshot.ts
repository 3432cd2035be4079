import type { Connection, RowDataPacket } from "mysql2/promise";
import { type Entity, type Key, keyOf, keyText, type Row } from "../../../schema/entity.js";
import type { KeyRange, Position } from "../../../schema/position.js";
import { Unheld } from "../../../schema/unheld.js";
import { type Found, Overtaken, type Piece, type ServerPlace, TableAbsent } from "../../source.js";
import type { Access } from "../connection/access.js";
import { Reading } from "../connection/reading.js";
import { held, type RawRow, type RowCodec } from "../row/codec.js";
import { selectChunk, selectKeys } from "../row/snapshot-sql.js";
import { codecFor } from "../row/zones.js";

/** Rows of one statement: few enough that none takes long, many enough that the round trip does not count. */
const statementRows = 1_000;
/** How many bytes of text one piece has. A single row may be larger. */
const pieceBytes = 1024 * 1024;

/**
 * Reads the rows of one table within a key range, in key order, each piece as of about the moment it is read.
 * It needs no lock and no long transaction. It has a connection of its own, so that several ranges are read side by side.
 */
export async function* snapshot(
  access: Access, database: string, entity: Entity, range: KeyRange, signal: AbortSignal,
): AsyncGenerator<Found[]> {
  await using reading = new Reading(access.url, access);
  const codec = await codecFor(reading, database, entity, signal);
  let after = range.after;
  while (!signal.aborted) {
    let rows = 0;
    for await (const raws of reading.pieces(() => selectChunk(entity, database, { ...range, after }, statementRows), pieceBytes, signal)) {
      const found = raws.map((raw) => read(entity, codec, raw as RawRow));
      after = found.at(-1)!.key;
      rows += found.length;
      yield found;
      if (signal.aborted) return;
    }
    if (rows < statementRows) return;
  }
}

/**
 * Reads the first rows of a key range, with a place in the log: everything that the statement has seen is logged before it.
 * `end` is asked once the statement's first rows are there. A transaction is logged before it is visible,
 * so what is visible stands before the log's end.
 * @throws TableAbsent, Overtaken
 */
export async function* chunk(
  reading: Reading, database: string, entity: Entity, range: KeyRange, seen: Position, end: () => Promise<ServerPlace | null>,
  signal: AbortSignal,
): AsyncGenerator<Piece> {
  try {
    const codec = await codecFor(reading, database, entity, signal);
    let server: string;
    let until: ServerPlace | null | undefined;
    const select = async (connection: Connection) => {
      // A statement that is asked again on another connection may see what the first could not.
      if (until !== undefined) throw new Overtaken("the connection broke while rows were read");
      // The connection that waited reads: another may lead to a server that has not come as far, and no row there would be no row.
      server = await serverWith(connection, seen, signal);
      return selectChunk(entity, database, range, statementRows);
    };
    for await (const raws of reading.pieces(select, pieceBytes, signal)) {
      until ??= seen.server === undefined ? await end() : null;
      if (until && until.server !== server!) throw new Overtaken("rows and log were read from different servers");
      yield { rows: raws.map((raw) => read(entity, codec, raw as RawRow)), until };
    }
  } catch (error) {
    if ((error as { readonly code?: string }).code === "ER_NO_SUCH_TABLE") throw new TableAbsent(
      `${database}.${entity.table} does not exist`, { cause: error },
    );
    throw error;
  }
}

/**
 * Reads the rows of these keys as they are now, in the order of the keys; null for a key without a row.
 * With `seen`, it reads once all transactions of that position are visible.
 */
export async function rowsOf(
  reading: Reading, database: string, entity: Entity, keys: readonly Key[], seen: Position | null, signal: AbortSignal,
): Promise<(Row | Unheld | null)[]> {
  if (keys.length === 0) return [];
  const codec = await codecFor(reading, database, entity, signal);
  const raws = await reading.ask(async (connection) => {
    if (seen) await serverWith(connection, seen, signal);
    return (await connection.query<RowDataPacket[]>(selectKeys(entity, database, keys)))[0];
  }, signal);
  const found = new Map<string, Row | Unheld>();
  for (const raw of raws as RawRow[]) found.set(keyText(codec.key(raw)), held(codec, raw));
  return keys.map((key) => found.get(keyText(key)) ?? null);
}

/**
 * Names the server, once everything that was committed up to the position is visible there.
 * It must wait, because a stream brings a transaction before that.
 */
async function serverWith(connection: Connection, { gtids }: Position, signal: AbortSignal): Promise<string> {
  // Without GTIDs the server refuses the question.
  const late = gtids === "" ? "0" : `WAIT_FOR_EXECUTED_GTID_SET('${gtids}', 1)`;
  for (;;) {
    const [[row]] = await connection.query<RowDataPacket[]>(`SELECT @@server_uuid AS server, ${late} AS late`);
    if (Number(row!.late) === 0) return String(row!.server);
    signal.throwIfAborted();
  }
}

function read(entity: Entity, codec: RowCodec, raw: RawRow): Found {
  const after = held(codec, raw);
  if (after instanceof Unheld) return { op: "unheld", entity: entity.table, key: codec.key(raw), version: 0, reason: after.reason };
  return { op: "read", entity: entity.table, key: keyOf(entity, after), before: null, after, version: 0 };
}
