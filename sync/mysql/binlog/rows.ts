import { Cursor } from "./cursor.js";
import { MalformedEvent } from "./errors.js";
import type { TableMap } from "./event.js";
import type { Rendering } from "./rendering.js";
import { compileRowReader, type Present, type RowReader, type RowsKind } from "./row-reader.js";

/** The readers of one table's events, one per kind and set of columns present (nearly always one per kind). */
export class RowReaders<R> {
  readonly #readers = new Map<string, RowReader<R>>();

  constructor(readonly table: TableMap, readonly rendering: Rendering<R>) {}

  /** MariaDB may have compressed what follows the bitmaps. */
  read(kind: RowsKind, event: Cursor, expand?: (event: Cursor) => Buffer): R[] {
    const count = event.lengthEncoded(), width = (count + 7) >> 3;
    if (count !== this.table.columns.length) throw new MalformedEvent(`rows of ${count} columns for a table of ${this.table.columns.length}`);
    const hasTwo = kind === "update" || kind === "partial";
    const bitmaps = event.skip(hasTwo ? 2 * width : width);
    const key = kind + event.bytes.toString("latin1", bitmaps, event.at);
    let reader = this.#readers.get(key);
    if (!reader) {
      const first = presence(event.bytes, bitmaps, count);
      reader = compileRowReader(this.table, kind, first, hasTwo ? presence(event.bytes, bitmaps + width, count) : first, this.rendering);
      this.#readers.set(key, reader);
    }
    if (event.left === 0) throw new MalformedEvent("no bytes for any row, so nothing tells how many there are (set binlog_row_image=FULL)");
    if (!expand) return reader(event.bytes, event.at, event.end);
    const bytes = expand(event);
    return reader(bytes, 0, bytes.length);
  }
}

function presence(bytes: Buffer, at: number, count: number): Present {
  return Array.from({ length: count }, (_, n) => (bytes[at + (n >> 3)]! & (1 << (n & 7))) !== 0);
}
