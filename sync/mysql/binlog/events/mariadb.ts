import { inflateSync } from "node:zlib";
import type { Cursor } from "../cursor.js";
import { MalformedEvent } from "../errors.js";

/** MariaDB's own event types (log_event.h). */
export const enum MariadbEvent {
  Annotate = 160, BinlogCheckpoint = 161, Gtid = 162, GtidList = 163, QueryCompressed = 165,
  WriteRowsCompressedV1 = 166, UpdateRowsCompressedV1 = 167, DeleteRowsCompressedV1 = 168,
  WriteRowsCompressed = 169, UpdateRowsCompressed = 170, DeleteRowsCompressed = 171,
}

/** GTID_EVENT of MariaDB: sequence, domain, flags; the server is in the event's header. It stands for BEGIN unless flagged standalone. */
export function readMariadbGtid(event: Cursor, server: number): { readonly gtid: string; readonly opensTransaction: boolean } {
  const sequence = event.u64(), domain = event.u32(), flags = event.u8();
  return { gtid: `${domain}-${server}-${sequence}`, opensTransaction: (flags & 1) === 0 };
}

/**
 * Bytes compressed by log_bin_compress: a byte with bit 7 set, the algorithm (0: zlib) and the size of the length that follows,
 * the length when expanded (big endian), the compressed bytes.
 */
export function expand(event: Cursor): Buffer {
  const head = event.u8(), size = head & 7;
  if ((head & 0xf8) !== 0x80 || size < 1 || size > 4) throw new MalformedEvent(`compressed by the unknown method ${head >> 4}`);
  const length = event.bytes.readUIntBE(event.skip(size), size);
  try {
    const expanded = inflateSync(event.view(event.left), { maxOutputLength: Math.max(length, 1) });
    if (expanded.length === length) return expanded;
  } catch (error) {
    throw new MalformedEvent(`compressed bytes that do not expand: ${String((error as Error).message)}`);
  }
  throw new MalformedEvent(`compressed bytes that do not expand to the ${length} bytes announced`);
}

/** A MariaDB position: the last GTID of each domain, `0-1-5,1-2-9`. */
export class DomainPosition {
  readonly #last = new Map<string, string>();

  static parse(text: string): DomainPosition {
    const position = new DomainPosition();
    for (const gtid of text.replace(/\s+/g, "").split(",")) if (gtid !== "") position.addGtid(gtid);
    return position;
  }

  addGtid(gtid: string): void {
    if (!/^\d+-\d+-\d+$/.test(gtid)) throw new Error(`Not a MariaDB GTID: "${gtid}"`);
    this.#last.set(gtid.slice(0, gtid.indexOf("-")), gtid);
  }

  toString(): string {
    return [...this.#last.values()].join(",");
  }
}
