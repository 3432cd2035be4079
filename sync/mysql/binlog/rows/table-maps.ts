import { uint32 } from "../cursor.js";
import type { RowImages } from "../event.js";
import type { RowReaders } from "./rows.js";

/** The readers of a table's rows, as objects or as lines. */
export interface Readers {
  readonly objects?: RowReaders<RowImages>;
  readonly lines?: RowReaders<string>;
}

interface KnownTable {
  /** The bytes that describe the table. */
  readonly bytes: Buffer;
  /** Undefined when the caller does not want the table. */
  readonly readers: Readers | undefined;
}

/** A TABLE_MAP_EVENT begins with its table's number (six bytes) and flags that describe the statement (two), not the table. */
const beforeMeaning = 8;

/**
 * Keeps the table maps of a file by their tables' numbers. Nearly every statement repeats its table map.
 * The same bytes mean the same table, so the reader's consumers get the same readers and the same table object.
 */
export class TableMaps {
  readonly #tables = new Map<number, KnownTable>();

  get(tableId: number): Pick<KnownTable, "readers"> | undefined {
    return this.#tables.get(tableId);
  }

  /** Whether the body of an event repeats what is known. */
  has(bytes: Buffer, start: number, end: number): boolean {
    const meaning = start + beforeMeaning, known = meaning < end ? this.#tables.get(tableIdAt(bytes, start)) : undefined;
    return known?.bytes.length === end - meaning && known.bytes.compare(bytes, meaning, end) === 0;
  }

  add(bytes: Buffer, start: number, end: number, readers: Readers | undefined): void {
    this.#tables.set(tableIdAt(bytes, start), { bytes: Buffer.from(bytes.subarray(start + beforeMeaning, end)), readers });
  }
}

function tableIdAt(bytes: Buffer, at: number): number {
  const low = uint32(bytes, at), high = bytes[at + 4]! | (bytes[at + 5]! << 8);
  return high === 0 ? low : low + high * 2 ** 32;
}
