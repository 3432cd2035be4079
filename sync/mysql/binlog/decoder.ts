import { Cursor, uint32 } from "./cursor.js";
import { MalformedEvent, MissingMetadata, SourceIncident, UncertainDefinition, UnsupportedColumn, UnsupportedEvent } from "./errors.js";
import { type BinlogEvent, type CommitEvent, isBefore, type LineEvent, type FileOffset, type QueryEvent } from "./event.js";
import { Checksums } from "./events/checksums.js";
import { EventType } from "./events/event-type.js";
import { readFormat } from "./events/format.js";
import { GtidReader } from "./events/gtid-event.js";
import { incidentReason } from "./events/incident.js";
import { expand as inflate, MariadbEvent, readMariadbGtid } from "./events/mariadb.js";
import { readPayload } from "./events/payload.js";
import { isBegin, readLoadQuery, readQuery, type Statement } from "./events/query.js";
import { readXaPrepare, readXaStatement } from "./events/xa.js";
import type { TableDefinitions } from "./rows/definitions.js";
import { asLines, asObjects, utf8 } from "./rows/rendering.js";
import type { RowsKind } from "./rows/row-reader.js";
import { RowReaders } from "./rows/rows.js";
import { type Readers, TableMaps } from "./rows/table-maps.js";
import { readTableMap, readTableMapHead, type TableMapHead } from "./rows/tablemap.js";

export type DecodedEvent = BinlogEvent | LineEvent;
export type WantsTable = (database: string, table: string) => boolean;

/**
 * Turns binlog events, one after the other, into what the reader gives out. It keeps what later events need of earlier ones:
 * the file's format, the open transaction, the table maps. "Binlog Event" (MySQL internals) has the layouts.
 */
export class EventDecoder {
  file: string;
  offset: number;
  /** Whether events end in a CRC32; each file's format event says it anew. */
  checksum = false;
  /**
   * Where the log ended when the source was asked for it. A sign of life from before that, while it passes over what it need not send, is
   * none of its end.
   */
  end: FileOffset = { file: "", offset: 0 };
  server = "";
  /** When the bytes at hand were received. */
  receivedAt = 0;
  serverVersion = "";
  /** A statement has passed after which the definitions must be renewed before anything else is decoded. */
  outdated = false;
  #inTransaction = false;
  #gtid = "";
  readonly #gtids = new GtidReader();
  readonly #checksums: Checksums;
  #tables = new TableMaps();

  /** `gap`: how many bytes stand between one event and the next; see Checksums. */
  constructor(
    start: FileOffset, gap: number, readonly wants: WantsTable, readonly toLines = false, readonly definitions?: TableDefinitions,
  ) {
    this.file = start.file;
    this.offset = start.offset;
    this.#checksums = new Checksums(gap);
  }

  get #isMariadb(): boolean { return this.serverVersion.includes("MariaDB"); }

  /** The events of a compressed transaction, in turn, as much at a time as was expanded. They end where it ends. */
  *expand(bytes: Buffer, start: number, end: number): Generator<DecodedEvent[]> {
    try {
      this.#enter(bytes, start, end);
      for (const part of readPayload(new Cursor(bytes, start + 19, this.#checked(bytes, start, end)))) {
        const out: DecodedEvent[] = [];
        while (part.left > 0) {
          const size = uint32(part.bytes, part.at + 9), at = part.skip(size);
          this.#event(part.bytes[at + 4]!, part.bytes, at, part.at, out);
        }
        yield out;
      }
    } catch (error) {
      throw this.#placed(error);
    }
  }

  /** Decodes the event in bytes[start, end) and appends what it means, if anything, to `out`. */
  decode(bytes: Buffer, start: number, end: number, out: DecodedEvent[]): void {
    try {
      const type = this.#enter(bytes, start, end);
      const bodyEnd = type === EventType.Format ? this.#format(bytes, start, end, out) : this.#checked(bytes, start, end);
      this.#event(type, bytes, start, bodyEnd, out);
    } catch (error) {
      throw this.#placed(error);
    }
  }

  /** Goes to the event, and says its type. Its head may be damaged, but it is as long as that says. */
  #enter(bytes: Buffer, start: number, end: number): number {
    if (end - start < 19) throw new MalformedEvent(`an event of ${end - start} bytes, less than its header`);
    this.#moveTo(uint32(bytes, start + 13));
    const size = uint32(bytes, start + 9);
    if (size !== end - start) throw new MalformedEvent(`an event of ${end - start} bytes whose header says ${size}`);
    return bytes[start + 4]!;
  }

  /** An artificial event (position 0) was never in the file. Logged positions have 32 bits, but a file may be longer. */
  #moveTo(logged: number): void {
    if (logged === 0) return;
    if (logged >= this.offset) { this.offset = logged; return; }
    const turns = Math.floor(this.offset / 2 ** 32), low = this.offset % 2 ** 32;
    this.offset = logged + (logged + 2 ** 31 < low ? turns + 1 : turns) * 2 ** 32;
  }

  #event(type: number, bytes: Buffer, start: number, end: number, out: DecodedEvent[]): void {
    const body = start + 19;
    switch (type as EventType) {
      case EventType.WriteRows: case EventType.WriteRowsV1: return this.#rows("insert", bytes, start, end, type, out);
      case EventType.UpdateRows: case EventType.UpdateRowsV1: return this.#rows("update", bytes, start, end, type, out);
      case EventType.DeleteRows: case EventType.DeleteRowsV1: return this.#rows("delete", bytes, start, end, type, out);
      case EventType.PartialUpdateRows: return this.#rows("partial", bytes, start, end, type, out);
      case EventType.TableMap: return this.#tableMap(bytes, body, end);
      case EventType.Xid: return this.#end("commit", bytes, start, out);
      case EventType.Gtid: case EventType.Anonymous: case EventType.TaggedGtid: {
        const event = this.#gtids.read(type, new Cursor(bytes, body, end), this.file, this.offset);
        this.#gtid = event.gtid;
        this.#inTransaction = false;
        out.push(event);
        return;
      }
      case EventType.XaPrepare: return this.#end("commit", bytes, start, out, readXaPrepare(new Cursor(bytes, body, end)));
      case EventType.Query:
        if (isBegin(bytes, body, end)) { this.#inTransaction = true; return; }
        return this.#query(readQuery(new Cursor(bytes, body, end)), bytes, start, out);
      case EventType.ExecuteLoadQuery: return this.#query(readLoadQuery(new Cursor(bytes, body, end)), bytes, start, out);
      case EventType.Format: return;
      case EventType.Rotate: return this.#rotate(new Cursor(bytes, body, end), out);
      case EventType.Heartbeat: case EventType.HeartbeatV2:
        if (!isBefore(this, this.end)) out.push({ type: "heartbeat", receivedAt: this.receivedAt, file: this.file, offset: this.offset });
        return;
      case EventType.RowsQuery:
        out.push({ type: "rows-query", statement: bytes.toString("utf8", body + 1, end), file: this.file, offset: this.offset });
        return;
      case EventType.Incident: throw new SourceIncident(incidentReason(new Cursor(bytes, body, end)), this.file, this.offset);
      // They carry what a replica needs to run statements or to elect a primary; row changes do not depend on them.
      case EventType.Stop: case EventType.PreviousGtids: case EventType.IntVar: case EventType.Rand: case EventType.UserVar:
      case EventType.BeginLoadQuery: case EventType.AppendBlock: case EventType.DeleteFile:
      case EventType.Ignorable: case EventType.TransactionContext: case EventType.ViewChange: return;
    }
    if (this.#isMariadb && type >= MariadbEvent.Annotate) return this.#mariadbEvent(type, bytes, start, end, out);
    // LOG_EVENT_IGNORABLE_F: the writer says that who does not know the event may pass it over.
    if ((bytes[start + 17]! & 0x80) !== 0) return;
    throw new UnsupportedEvent(`of type ${type}`, this.file, this.offset);
  }

  #mariadbEvent(type: number, bytes: Buffer, start: number, end: number, out: DecodedEvent[]): void {
    const event = new Cursor(bytes, start + 19, end);
    switch (type as MariadbEvent) {
      case MariadbEvent.Annotate: out.push({
        type: "rows-query", statement: event.utf8(event.left), file: this.file, offset: this.offset,
      }); return;
      case MariadbEvent.BinlogCheckpoint: case MariadbEvent.GtidList: return;
      case MariadbEvent.Gtid: {
        const { gtid, opensTransaction } = readMariadbGtid(event, uint32(bytes, start + 5));
        this.#gtid = gtid;
        this.#inTransaction = opensTransaction;
        out.push({
          type: "gtid", gtid, originalCommitTimestamp: 0, immediateCommitTimestamp: 0, transactionLength: 0, file: this.file,
          offset: this.offset,
        });
        return;
      }
      case MariadbEvent.QueryCompressed: return this.#query(readQuery(event, inflate), bytes, start, out);
      case MariadbEvent.WriteRowsCompressedV1: case MariadbEvent.WriteRowsCompressed: return this.#rows(
        "insert", bytes, start, end, type, out,
      );
      case MariadbEvent.UpdateRowsCompressedV1: case MariadbEvent.UpdateRowsCompressed: return this.#rows(
        "update", bytes, start, end, type, out,
      );
      case MariadbEvent.DeleteRowsCompressedV1: case MariadbEvent.DeleteRowsCompressed: return this.#rows(
        "delete", bytes, start, end, type, out,
      );
    }
    throw new UnsupportedEvent(`of MariaDB's type ${type}`, this.file, this.offset);
  }

  #checked(bytes: Buffer, start: number, end: number): number {
    if (!this.checksum) return end;
    if (!this.#checksums.isRight(bytes, start, end)) throw new MalformedEvent("its checksum does not match");
    return end - 4;
  }

  #format(bytes: Buffer, start: number, end: number, out: DecodedEvent[]): number {
    const format = readFormat(bytes, start, end);
    [this.checksum, this.serverVersion] = [format.checksum, format.serverVersion];
    // Table ids begin anew with each run of the server, and a file begins outside any transaction.
    this.#tables = new TableMaps();
    this.#inTransaction = false;
    out.push({ type: "format", ...format, server: this.server, file: this.file, offset: this.offset });
    return end;
  }

  #rotate(event: Cursor, out: DecodedEvent[]): void {
    const offset = event.u64();
    this.file = event.utf8(event.left);
    this.offset = offset;
    out.push({ type: "rotate", file: this.file, offset });
  }

  #query({ statement, ...session }: Statement, bytes: Buffer, start: number, out: DecodedEvent[]): void {
    if (statement === "COMMIT") return this.#end("commit", bytes, start, out);
    if (statement === "ROLLBACK") return this.#end("rollback", bytes, start, out);
    const xa = statement.startsWith("XA ") ? readXaStatement(statement) : undefined;
    if (statement === "BEGIN" || xa === "start") { this.#inTransaction = true; return; }
    if (xa === "end") return;
    if (xa) return this.#end("commit", bytes, start, out, xa);
    const { file, offset } = this, timestamp = uint32(bytes, start);
    const event: QueryEvent = { type: "query", statement, ...session, serverVersion: this.serverVersion, timestamp, file, offset };
    out.push(event);
    if (this.definitions?.passed(event, this.#gtid)) [this.outdated, this.#tables] = [true, new TableMaps()];
    // A statement outside BEGIN is a transaction of its own.
    if (!this.#inTransaction) this.#end("commit", bytes, start, out);
  }

  #end(type: "commit" | "rollback", bytes: Buffer, start: number, out: DecodedEvent[], xa?: CommitEvent["xa"]): void {
    this.#inTransaction = false;
    const gtid = this.#gtid, timestamp = uint32(bytes, start), { file, offset } = this;
    if (type === "rollback") out.push({ type, gtid, timestamp, file, offset });
    else out.push(xa ? { type, gtid, timestamp, file, offset, xa } : { type, gtid, timestamp, file, offset });
    this.#gtid = "";
  }

  #tableMap(bytes: Buffer, start: number, end: number): void {
    if (this.#tables.has(bytes, start, end)) return;
    const event = new Cursor(bytes, start, end), head = readTableMapHead(event);
    this.#tables.add(bytes, start, end, this.wants(head.database, head.table) ? this.#wanted(head, event) : undefined);
  }

  #wanted(head: TableMapHead, event: Cursor): Readers {
    const table = readTableMap(head, event, this.#isMariadb, () => this.definitions?.of(head.database, head.table));
    if (!table) throw new MissingMetadata(head.database, head.table, this.file, this.offset);
    return this.toLines ? { lines: new RowReaders(table, asLines) } : { objects: new RowReaders(table, asObjects) };
  }

  #rows(kind: RowsKind, bytes: Buffer, start: number, end: number, type: number, out: DecodedEvent[]): void {
    const event = new Cursor(bytes, start + 19, end);
    const tableId = event.u48();
    event.skip(2);
    if (type >= EventType.WriteRows && !(type >= MariadbEvent.WriteRowsCompressedV1 && type < MariadbEvent.WriteRowsCompressed))
      event.skip(event.u16() - 2);
    const known = this.#tables.get(tableId);
    if (!known) {
      // The last event of a statement that changed nothing names no table.
      if (tableId === DUMMY_TABLE) return;
      throw new MalformedEvent(`rows of the table number ${tableId}, which no table map describes`);
    }
    if (!known.readers) return;
    const expand = type >= MariadbEvent.WriteRowsCompressedV1 ? inflate : undefined;
    const shown = kind === "partial" ? "update" : kind, timestamp = uint32(bytes, start), { file, offset } = this, { objects, lines } =
      known.readers;
    if (objects) out.push({
      type: "rows", kind: shown, table: objects.table, rows: objects.read(kind, event, expand), timestamp, file, offset,
    });
    if (!lines) return;
    const made = lines.read(kind, event, expand);
    out.push({ type: "lines", kind: shown, table: lines.table, lines: utf8(made.join("")), count: made.length, timestamp, file, offset });
  }

  /** Gives an error from deep within the place of the event. */
  #placed(error: unknown): unknown {
    if (error instanceof MalformedEvent) return error.file ? error : new MalformedEvent(error.reason, this.file, this.offset);
    if (error instanceof UncertainDefinition) return new UncertainDefinition(
      error.database, error.table, error.reason, this.file, this.offset,
    );
    if (error instanceof UnsupportedColumn) return new UnsupportedColumn(error.column, `${error.why} (${this.file}, ${this.offset})`);
    if (error instanceof RangeError) return new MalformedEvent(error.message, this.file, this.offset);
    return error;
  }
}

const DUMMY_TABLE = 0xffffff;
