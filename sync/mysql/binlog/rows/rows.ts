import { Cursor } from "../cursor.js";
import { MalformedEvent } from "../errors.js";
import type { TableMap } from "../event.js";
import type { Rendering } from "./rendering.js";
import { compileRowReader, type Present, type RowReader, type RowsKind } from "./row-reader.js";

/**
 * The readers of one table's events, one per kind and set of columns present. Nearly always
 * there is one per kind, so the last is tried first.
 */
export class RowReaders<R> {
  readonly #readers = new Map<string, RowReader<R>>();
  readonly #last: Record<RowsKind, { readonly bitmaps: Buffer; readonly reader: RowReader<R> } | undefined> = {
    insert: undefined, update: undefined, delete: undefined, partial: undefined,
  };

  constructor(readonly table: TableMap, readonly rendering: Rendering<R>) {}

  /** Reads the rows of an event. MariaDB may have compressed what follows the bitmaps. */
  read(kind: RowsKind, event: Cursor, expand?: (event: Cursor) => Buffer): R[] {
    const count = event.lengthEncoded(), width = (count + 7) >> 3;
    if (count !== this.table.columns.length)
      throw new MalformedEvent(`rows of ${count} columns for a table of ${this.table.columns.length}`);
    const hasTwo = kind === "update" || kind === "partial";
    const bitmaps = event.skip(hasTwo ? 2 * width : width), last = this.#last[kind];
    const reader = last && standsAt(last.bitmaps, event.bytes, bitmaps) ? last.reader : this.#readerOf(
      kind, event.bytes, bitmaps, event.at, width,
    );
    if (event.left === 0) throw new MalformedEvent("no bytes for any row, so nothing tells how many there are (set binlog_row_image=FULL)");
    if (!expand) return reader(event.bytes, event.at, event.end);
    const bytes = expand(event);
    return reader(bytes, 0, bytes.length);
  }

  #readerOf(kind: RowsKind, bytes: Buffer, start: number, end: number, width: number): RowReader<R> {
    const key = kind + bytes.toString("latin1", start, end), count = this.table.columns.length;
    let reader = this.#readers.get(key);
    if (!reader) {
      const before = presence(bytes, start, count), after = end - start > width ? presence(bytes, start + width, count) : before;
      reader = compileRowReader(this.table, kind, before, after, this.rendering);
      this.#readers.set(key, reader);
    }
    this.#last[kind] = { bitmaps: Buffer.from(bytes.subarray(start, end)), reader };
    return reader;
  }
}

function standsAt(known: Buffer, bytes: Buffer, at: number): boolean {
  for (let n = 0; n < known.length; n++) if (bytes[at + n] !== known[n]) return false;
  return true;
}

function presence(bytes: Buffer, at: number, count: number): Present {
  return Array.from({ length: count }, (_, n) => (bytes[at + (n >> 3)]! & (1 << (n & 7))) !== 0);
}
