import { Cursor, uint32 } from "../cursor.js";
import { MalformedEvent, MissingMetadata } from "../errors.js";
import type { DecodedEvent, WantsTable } from "../event.js";
import type { LogFile } from "../log-file.js";
import type { TableDefinitions } from "./definitions.js";
import { asLines, asObjects, utf8 } from "./rendering.js";
import type { RowsKind } from "./row-reader.js";
import { RowReaders } from "./rows.js";
import { type Readers, TableMaps } from "./table-maps.js";
import { readTableMap, readTableMapHead, type TableMapHead } from "./tablemap.js";

/** Reads rows events by the table maps that the log gives before them. */
export class TableRows {
  #tables = new TableMaps();

  constructor(
    readonly log: LogFile, readonly wants: WantsTable, readonly toLines: boolean, readonly definitions: TableDefinitions | undefined,
  ) {}

  /** Forgets the table maps read so far, when their numbers mean nothing any more. */
  forget(): void {
    this.#tables = new TableMaps();
  }

  /** Reads the table map whose body is in bytes[start, end). */
  takeMap(bytes: Buffer, start: number, end: number): void {
    if (this.#tables.has(bytes, start, end)) return;
    const event = new Cursor(bytes, start, end), head = readTableMapHead(event);
    this.#tables.add(bytes, start, end, this.wants(head.database, head.table) ? this.#readersOf(head, event) : undefined);
  }

  #readersOf(head: TableMapHead, event: Cursor): Readers {
    const table = readTableMap(head, event, this.log.isMariadb, () => this.definitions?.of(head.database, head.table));
    if (!table) throw new MissingMetadata(head.database, head.table, this.log.file, this.log.offset);
    return this.toLines ? { lines: new RowReaders(table, asLines) } : { objects: new RowReaders(table, asObjects) };
  }

  /**
   * Appends the rows of the event in bytes[start, end) to `out`. `hasExtra`: extra data follows the flags, as version 2 of these events has
   * it. `expand`: the rows are compressed.
   */
  read(
    kind: RowsKind, hasExtra: boolean, expand: ((event: Cursor) => Buffer) | undefined, bytes: Buffer, start: number, end: number,
    out: DecodedEvent[],
  ): void {
    const event = new Cursor(bytes, start + 19, end);
    const tableId = event.u48();
    const checksForeignKeys = (event.u16() & noForeignKeyChecks) === 0;
    if (hasExtra) event.skip(event.u16() - 2);
    const known = this.#tables.get(tableId);
    if (!known) {
      // The last event of a statement that changed nothing names no table.
      if (tableId === DUMMY_TABLE) return;
      throw new MalformedEvent(`rows of the table number ${tableId}, which no table map describes`);
    }
    if (!known.readers) return;
    const shown = kind === "partial" ? "update" : kind, timestamp = uint32(bytes, start);
    const { file, offset } = this.log, { objects, lines } = known.readers;
    if (objects) {
      const rows = objects.read(kind, event, expand);
      out.push({ type: "rows", kind: shown, table: objects.table, rows, checksForeignKeys, timestamp, file, offset });
    }
    if (!lines) return;
    const made = lines.read(kind, event, expand);
    out.push({ type: "lines", kind: shown, table: lines.table, lines: utf8(made.join("")), count: made.length, timestamp, file, offset });
  }
}

const DUMMY_TABLE = 0xffffff;
/** A flag of rows events. */
const noForeignKeyChecks = 2;
