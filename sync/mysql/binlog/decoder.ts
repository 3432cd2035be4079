import { Cursor, uint32 } from "./cursor.js";
import { MalformedEvent, SourceIncident, UncertainDefinition, UnsupportedColumn, UnsupportedEvent } from "./errors.js";
import { type DecodedEvent, type FileOffset, isBefore, type WantsTable } from "./event.js";
import { EventType } from "./events/event-type.js";
import { GtidReader } from "./events/gtid-event.js";
import { incidentReason } from "./events/incident.js";
import { expand as inflate, MariadbEvent, readMariadbGtid } from "./events/mariadb.js";
import { readPayload } from "./events/payload.js";
import { isBegin, readLoadQuery, readQuery, type Statement } from "./events/query.js";
import { readXaPrepare } from "./events/xa.js";
import { LogFile } from "./log-file.js";
import { effectOf, OpenTransaction } from "./open-transaction.js";
import type { TableDefinitions } from "./rows/definitions.js";
import type { RowsKind } from "./rows/row-reader.js";
import { TableRows } from "./rows/table-rows.js";

export interface DecoderOptions {
  /** Gives rows as lines of JSON instead of objects. */
  readonly toLines?: boolean;
  readonly definitions?: TableDefinitions | undefined;
  /** Whether events end in a CRC32 until a format event says so. */
  readonly hasChecksums?: boolean;
  /** The server's UUID, where it is known. */
  readonly server?: string;
  /** End of the log at the time of the request. A heartbeat with an earlier place only means that the source is skipping events. */
  readonly logEnd?: FileOffset;
}

/** Reads the event in bytes[start, end) and appends what it means, if anything, to `out`. True when the definitions are out of date. */
type ReadEvent = (decoder: EventDecoder, bytes: Buffer, start: number, end: number, out: DecodedEvent[]) => boolean | void;

/**
 * Turns binlog events, one after the other, into what the reader gives out.
 * Its parts keep what later events need of earlier ones: the log file, the open transaction, the table maps.
 * "Binlog Event" (MySQL internals) has the layouts.
 */
export class EventDecoder {
  readonly log: LogFile;
  readonly transaction = new OpenTransaction();
  readonly rows: TableRows;
  readonly gtids = new GtidReader();
  readonly server: string;
  readonly logEnd: FileOffset;
  /** When the bytes at hand were received. */
  receivedAt = 0;

  /** `gap`: how many bytes stand between one event and the next; see Checksums. */
  constructor(start: FileOffset, gap: number, wants: WantsTable, options: DecoderOptions = {}) {
    this.log = new LogFile(start, gap, options.hasChecksums ?? false);
    this.rows = new TableRows(this.log, wants, options.toLines ?? false, options.definitions);
    this.server = options.server ?? "";
    this.logEnd = options.logEnd ?? { file: "", offset: 0 };
  }

  /**
   * Gives the events of a compressed transaction in turn, as many at a time as were expanded, and
   * ends where it ends. Returns as `decode` does.
   */
  *expand(bytes: Buffer, start: number, end: number): Generator<DecodedEvent[], boolean> {
    let isOutdated = false;
    try {
      this.log.enter(bytes, start, end);
      for (const part of readPayload(new Cursor(bytes, start + 19, this.log.bodyEnd(bytes, start, end)))) {
        const out: DecodedEvent[] = [];
        while (part.left > 0) {
          const size = uint32(part.bytes, part.at + 9), at = part.skip(size);
          if (this.#read(part.bytes[at + 4]!, part.bytes, at, part.at, out)) isOutdated = true;
        }
        yield out;
      }
      return isOutdated;
    } catch (error) {
      throw this.#placed(error);
    }
  }

  /**
   * Decodes the event in bytes[start, end) and appends what it means, if anything, to `out`.
   * @returns whether the definitions are out of date: then they must be renewed before anything else is decoded
   */
  decode(bytes: Buffer, start: number, end: number, out: DecodedEvent[]): boolean {
    try {
      const type = this.log.enter(bytes, start, end);
      // A format event says itself whether it has a checksum.
      return this.#read(type, bytes, start, type === EventType.Format ? end : this.log.bodyEnd(bytes, start, end), out);
    } catch (error) {
      throw this.#placed(error);
    }
  }

  #read(type: number, bytes: Buffer, start: number, end: number, out: DecodedEvent[]): boolean {
    const isMariadbs = type >= MariadbEvent.Annotate && this.log.isMariadb;
    const read = (isMariadbs ? mariadbReaders : readers)[type];
    if (read) return read(this, bytes, start, end, out) === true;
    // LOG_EVENT_IGNORABLE_F: the writer says that a reader which does not know the event may skip it.
    if (!isMariadbs && (bytes[start + 17]! & 0x80) !== 0) return false;
    throw new UnsupportedEvent(isMariadbs ? `of MariaDB's type ${type}` : `of type ${type}`, this.log.file, this.log.offset);
  }

  /** Adds the place of the event to an error from deep within. */
  #placed(error: unknown): unknown {
    const { file, offset } = this.log;
    if (error instanceof MalformedEvent) return error.file ? error : new MalformedEvent(error.reason, file, offset);
    if (error instanceof UncertainDefinition) return new UncertainDefinition(error.database, error.table, error.reason, file, offset);
    if (error instanceof UnsupportedColumn) return new UnsupportedColumn(error.column, `${error.why} (${file}, ${offset})`);
    if (error instanceof RangeError) return new MalformedEvent(error.message, file, offset);
    return error;
  }
}

const nothing: ReadEvent = () => undefined;

/** The reader of each of MySQL's event types. */
const readers: readonly (ReadEvent | undefined)[] = tableOf({
  [EventType.WriteRows]: rows("insert", true), [EventType.WriteRowsV1]: rows("insert", false),
  [EventType.UpdateRows]: rows("update", true), [EventType.UpdateRowsV1]: rows("update", false),
  [EventType.DeleteRows]: rows("delete", true), [EventType.DeleteRowsV1]: rows("delete", false),
  [EventType.PartialUpdateRows]: rows("partial", true),
  [EventType.TableMap]: ({ rows: tableRows }, bytes, start, end) => tableRows.takeMap(bytes, start + 19, end),
  [EventType.Gtid]: readGtid, [EventType.Anonymous]: readGtid, [EventType.TaggedGtid]: readGtid,
  [EventType.Xid]: ({ transaction, log }, bytes, start, _end, out) => void out.push(transaction.commit(bytes, start, log)),
  [EventType.XaPrepare]: ({ transaction, log }, bytes, start, end, out) =>
    void out.push(transaction.commit(bytes, start, log, readXaPrepare(body(bytes, start, end)))),
  [EventType.Query]: (decoder, bytes, start, end, out) => {
    // Nearly every statement in the log is BEGIN, and a quick look recognises it.
    if (isBegin(bytes, start + 19, end)) return decoder.transaction.begin();
    return takeStatement(decoder, readQuery(body(bytes, start, end)), bytes, start, out);
  },
  [EventType.ExecuteLoadQuery]: (decoder, bytes, start, end, out) =>
    takeStatement(decoder, readLoadQuery(body(bytes, start, end)), bytes, start, out),
  [EventType.Format]: ({ log, transaction, rows: tableRows, server }, bytes, start, end, out) => {
    const format = log.begin(bytes, start, end);
    // The server numbers tables from the beginning again in each run, and a file begins outside any transaction.
    tableRows.forget();
    transaction.forget();
    out.push({ type: "format", ...format, server, file: log.file, offset: log.offset });
  },
  [EventType.Rotate]: ({ log }, bytes, start, end, out) => {
    log.rotate(body(bytes, start, end));
    out.push({ type: "rotate", file: log.file, offset: log.offset });
  },
  [EventType.Heartbeat]: heartbeat, [EventType.HeartbeatV2]: heartbeat,
  [EventType.RowsQuery]: ({ log: { file, offset } }, bytes, start, end, out) =>
    void out.push({ type: "rows-query", statement: bytes.toString("utf8", start + 20, end), file, offset }),
  [EventType.Incident]: ({ log }, bytes, start, end) => {
    throw new SourceIncident(incidentReason(body(bytes, start, end)), log.file, log.offset);
  },
  // These carry what a replica needs to run statements or to elect a primary. Row changes do not depend on them.
  [EventType.Stop]: nothing, [EventType.PreviousGtids]: nothing, [EventType.IntVar]: nothing, [EventType.Rand]: nothing,
  [EventType.UserVar]: nothing, [EventType.BeginLoadQuery]: nothing, [EventType.AppendBlock]: nothing, [EventType.DeleteFile]: nothing,
  [EventType.Ignorable]: nothing, [EventType.TransactionContext]: nothing, [EventType.ViewChange]: nothing,
});

/** The reader of each type that is MariaDB's own. */
const mariadbReaders: readonly (ReadEvent | undefined)[] = tableOf({
  [MariadbEvent.Annotate]: ({ log: { file, offset } }, bytes, start, end, out) => {
    const event = body(bytes, start, end);
    out.push({ type: "rows-query", statement: event.utf8(event.left), file, offset });
  },
  [MariadbEvent.BinlogCheckpoint]: nothing, [MariadbEvent.GtidList]: nothing,
  [MariadbEvent.Gtid]: ({ transaction, log: { file, offset } }, bytes, start, end, out) => {
    const { gtid, opensTransaction } = readMariadbGtid(body(bytes, start, end), uint32(bytes, start + 5));
    transaction.announce(gtid, opensTransaction);
    out.push({ type: "gtid", gtid, originalCommitTimestamp: 0, immediateCommitTimestamp: 0, transactionLength: 0, file, offset });
  },
  [MariadbEvent.QueryCompressed]: (decoder, bytes, start, end, out) =>
    takeStatement(decoder, readQuery(body(bytes, start, end), inflate), bytes, start, out),
  [MariadbEvent.WriteRowsCompressedV1]: rows("insert", false, inflate), [MariadbEvent.WriteRowsCompressed]: rows("insert", true, inflate),
  [MariadbEvent.UpdateRowsCompressedV1]: rows("update", false, inflate), [MariadbEvent.UpdateRowsCompressed]: rows("update", true, inflate),
  [MariadbEvent.DeleteRowsCompressedV1]: rows("delete", false, inflate), [MariadbEvent.DeleteRowsCompressed]: rows("delete", true, inflate),
});

/** Makes a table by type. It is an array, because a look into it is cheaper than into an object. */
function tableOf(byType: Readonly<Record<number, ReadEvent>>): readonly (ReadEvent | undefined)[] {
  const table = new Array<ReadEvent | undefined>(256).fill(undefined);
  for (const [type, read] of Object.entries(byType)) table[Number(type)] = read;
  return table;
}

function body(bytes: Buffer, start: number, end: number): Cursor {
  return new Cursor(bytes, start + 19, end);
}

function rows(kind: RowsKind, hasExtra: boolean, expand?: (event: Cursor) => Buffer): ReadEvent {
  return ({ rows: tableRows }, bytes, start, end, out) => tableRows.read(kind, hasExtra, expand, bytes, start, end, out);
}

function readGtid({ gtids, transaction, log }: EventDecoder, bytes: Buffer, start: number, end: number, out: DecodedEvent[]): void {
  const event = gtids.read(bytes[start + 4]!, body(bytes, start, end), log.file, log.offset);
  transaction.announce(event.gtid, false);
  out.push(event);
}

function heartbeat(
  { log, logEnd, receivedAt }: EventDecoder, _bytes: Buffer, _start: number, _end: number, out: DecodedEvent[],
): void {
  if (!isBefore(log, logEnd)) out.push({ type: "heartbeat", receivedAt, file: log.file, offset: log.offset });
}

/** @returns whether the statement may have changed what the definitions say */
function takeStatement(
  { transaction, log, rows: tableRows }: EventDecoder, { statement, ...session }: Statement, bytes: Buffer, start: number,
  out: DecodedEvent[],
): boolean {
  const effect = effectOf(statement);
  switch (effect.kind) {
    case "begins": transaction.begin(); return false;
    case "goes on": return false;
    case "commits": out.push(transaction.commit(bytes, start, log, effect.xa)); return false;
    case "rolls back": out.push(transaction.rollback(bytes, start, log)); return false;
    case "other": break;
    default: effect satisfies never;
  }
  const { file, offset, serverVersion } = log;
  const event = { type: "query" as const, statement, ...session, serverVersion, timestamp: uint32(bytes, start), file, offset };
  out.push(event);
  const isOutdated = tableRows.definitions?.passed(event, transaction.gtid) ?? false;
  if (isOutdated) tableRows.forget();
  if (transaction.isOneStatement) out.push(transaction.commit(bytes, start, log));
  return isOutdated;
}
