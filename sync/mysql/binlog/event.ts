/**
 * What the reader gives out. Every transaction is `gtid`, then any number of `rows` and `query`, then exactly one `commit` (or `rollback`,
 * whose rows never took effect).
 * A DDL statement is a transaction of its own: `gtid`, `query`, `commit`.
 * After `resume` the rows since the last `commit` come again, from that transaction's start.
 */
export type BinlogEvent = GtidEvent | RowsEvent | CommitEvent | RollbackEvent | QueryEvent | RowsQueryEvent | HeartbeatEvent
  | RotateEvent | FormatEvent | ResumeEvent;

/** What a decoder makes of the log: rows as objects, or as lines. */
export type DecodedEvent = BinlogEvent | LineEvent;

/** Whether the rows of a table are wanted. */
export type WantsTable = (database: string, table: string) => boolean;

/** Where an event ends in the source's binary log. A reader can start only from the place of a `commit` or `rollback`. */
export interface FileOffset { readonly file: string; readonly offset: number }

/** Compares places in the log of one server; two servers' files have nothing to do with each other. */
export function isBefore(a: FileOffset, b: FileOffset): boolean {
  const [fileA, fileB] = [fileNumber(a), fileNumber(b)];
  return fileA === fileB ? a.offset < b.offset : fileA < fileB;
}

function fileNumber({ file }: FileOffset): number {
  return Number(/\d+$/.exec(file)?.[0] ?? 0);
}

/**
 * After these transactions (a GTID set; MariaDB: a GTID position), or at this place.
 * `last` and `begun` prove that a log is the one that is meant.
 */
export type BinlogStart = { readonly gtids: string; readonly last?: Transaction } | (FileOffset & { readonly begun?: number });

/** The transaction read last, and when it was committed first, in microseconds since 1970. */
export interface Transaction { readonly gtid: string; readonly committedAt: number }

export interface GtidEvent extends FileOffset {
  readonly type: "gtid";
  /** `uuid:n`, `uuid:tag:n`, MariaDB's `domain-server-n`, or '' when the transaction is anonymous. */
  readonly gtid: string;
  /** Microseconds since 1970 of the commit on the server where it happened first, and on this server; 0 when absent. */
  readonly originalCommitTimestamp: number;
  readonly immediateCommitTimestamp: number;
  /** Bytes of the whole transaction in the log, this event included; 0 when absent. */
  readonly transactionLength: number;
}

export type RowKind = "insert" | "update" | "delete";

export interface RowsEvent extends FileOffset {
  readonly type: "rows";
  readonly kind: RowKind;
  /** The same object for as long as the table's definition stays the same, so it is a good key for a WeakMap. */
  readonly table: TableMap;
  readonly rows: readonly RowImages[];
  /** False if the session had said `foreign_key_checks = 0`: then foreign keys changed nothing. */
  readonly checksForeignKeys: boolean;
  /** Seconds since 1970, when the statement ran. */
  readonly timestamp: number;
}

/** The events with lines instead of rows (`readBinlogLines`). */
export type LineEvent = Exclude<BinlogEvent, RowsEvent> | LinesEvent;

/** The rows as lines of JSON: `{"before":…,"after":…}` and a line feed. */
export interface LinesEvent extends FileOffset {
  readonly type: "lines";
  readonly kind: RowKind;
  readonly table: TableMap;
  /** UTF-8. */
  readonly lines: Buffer;
  readonly count: number;
  readonly timestamp: number;
}

/** `insert` has no before, `delete` no after. Property order is column order. */
export interface RowImages { readonly before: Row | null; readonly after: Row | null }
export type Row = { readonly [column: string]: Value };

/**
 * | column                                   | value                                                                       |
 * |------------------------------------------|-----------------------------------------------------------------------------|
 * | TINYINT .. BIGINT, YEAR, BIT             | number when |value| < 2^53, else bigint                                     |
 * | FLOAT, DOUBLE                            | number: exactly the stored value (a FLOAT is not rounded to six digits)     |
 * | DECIMAL                                  | string, as MySQL prints it: `-0.50`                                         |
 * | DATE, DATETIME, TIME                     | string, as MySQL prints it, with the column's own digits: `-838:59:59.000000` |
 * | TIMESTAMP                                | string like DATETIME, in UTC                                                |
 * | CHAR, VARCHAR, TEXT                      | string, decoded from the column's character set                            |
 * | BINARY, VARBINARY, BLOB                  | Buffer (BINARY padded to its length, as SELECT gives it)                    |
 * | ENUM, SET                                | string: the member's text; members joined by a comma                        |
 * | JSON                                     | string: the document, printed as MySQL prints it                            |
 * | GEOMETRY                                 | Buffer: SRID (4 bytes, little endian), then WKB                              |
 * | VECTOR                                   | Buffer: little endian 32-bit floats                                          |
 * | any, NULL                                | null                                                                         |
 * | any, absent from a MINIMAL or NOBLOB image | undefined                                                                  |
 */
export type Value = null | undefined | number | bigint | string | Buffer;

/** The end of a transaction whose rows took effect. */
export interface CommitEvent extends FileOffset {
  readonly type: "commit";
  /** '' when anonymous. */
  readonly gtid: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  /** The first phase of XA: the rows take effect only when a later commit names the same `xid` in phase `commit`. */
  readonly xa?: { readonly phase: "prepare" | "commit" | "rollback" | "one-phase"; readonly xid: string };
}

/** The end of a transaction whose rows did not take effect. A reader can start from here all the same. */
export interface RollbackEvent extends FileOffset { readonly type: "rollback"; readonly gtid: string; readonly timestamp: number }

/** A statement as text: no row event tells what it did to rows, if anything. Other events tell what opens or ends a transaction. */
export interface QueryEvent extends FileOffset {
  readonly type: "query";
  readonly statement: string;
  /** The default database of the statement, '' when there was none. */
  readonly database: string;
  /** The session's connection, as the server numbers it. */
  readonly threadId: number;
  /** MySQL's name of the character set its client spoke. */
  readonly charset: string;
  /** Bits of the session's `sql_mode`: 4 is ANSI_QUOTES, 0x100000 NO_BACKSLASH_ESCAPES. */
  readonly sqlMode: number;
  /** Databases of the tables that the statement locked or changed; `any`: unnamed, perhaps all; null when the log does not say. */
  readonly updatedDatabases: readonly string[] | "any" | null;
  /** The version of the server that wrote the log: `8.4.3`, `10.11.6-MariaDB-log`. It decides which version comments the server ran. */
  readonly serverVersion: string;
  readonly timestamp: number;
}

/** The text of the statement whose rows follow (binlog_rows_query_log_events, MariaDB's annotate). */
export interface RowsQueryEvent extends FileOffset { readonly type: "rows-query"; readonly statement: string }

/**
 * The source had nothing more, and the reader has given out everything that was committed by then.
 * If the heartbeat is the last of its array, "then" is `receivedAt`, else some time before. `receivedAt` is in milliseconds since the epoch
 * by this machine's clock, and it may be long ago if the caller was slow to ask.
 */
export interface HeartbeatEvent extends FileOffset { readonly type: "heartbeat"; readonly receivedAt: number }

/** The source goes on in this file. */
export interface RotateEvent extends FileOffset { readonly type: "rotate" }

/** The beginning of a file. It also comes when reading begins further on in the file. */
export interface FormatEvent extends FileOffset {
  readonly type: "format";
  readonly serverVersion: string;
  readonly checksum: boolean;
  /** The UUID of the server that sends it; '' when it is read from a file, and for MariaDB. */
  readonly server: string;
  /** When the file was begun, in seconds since 1970. */
  readonly begun: number;
}

/** The connection stands again after a break: everything after the last commit is repeated from here. */
export interface ResumeEvent extends FileOffset { readonly type: "resume"; readonly reason: string; readonly attempts: number }

/** A table as it was when the rows were written (TABLE_MAP_EVENT with binlog_row_metadata=FULL). */
export interface TableMap {
  readonly tableId: number;
  readonly database: string;
  readonly table: string;
  readonly columns: readonly Column[];
  /** Column indexes in key order; empty when the table has no primary key. */
  readonly primaryKey: readonly number[];
}

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  readonly unsigned: boolean;
  readonly visible: boolean;
  /** MySQL's name of the character set; `binary` for bytes; '' where there is none. */
  readonly charset: string;
  /** Collation id, 0 where there is none. */
  readonly collation: number;
  /** Members of ENUM and SET. */
  readonly members: readonly string[];
  /** Bytes for CHAR, VARCHAR, BINARY, VARBINARY; bits for BIT; size of the length prefix for TEXT, BLOB, JSON, GEOMETRY, VECTOR. */
  readonly length: number;
  /** The type's number in the log (enum_field_types). It tells the temporal formats before MySQL 5.6 from today's. */
  readonly wire: number;
  /** All digits of a DECIMAL; 0 elsewhere. */
  readonly precision: number;
  /** Digits after the point of a DECIMAL, and of the seconds of TIME, DATETIME, TIMESTAMP. */
  readonly scale: number;
}

export type ColumnType = "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "decimal" | "float" | "double" | "bit" | "year"
  | "date" | "time" | "datetime" | "timestamp" | "char" | "varchar" | "text" | "enum" | "set" | "json" | "geometry" | "vector" | "null";
