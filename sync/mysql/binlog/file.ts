import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { EventDecoder } from "./decoder.js";
import { MalformedEvent } from "./errors.js";
import type { BinlogEvent, DecodedEvent, WantsTable } from "./event.js";
import { EventType } from "./events/event-type.js";

export interface BinlogFileOptions {
  readonly tables?: WantsTable;
  readonly signal?: AbortSignal;
}

/** Reads a binary log file ("Binary Log File": four magic bytes, then events). A file that still grows ends at its last whole event. */
export async function* readBinlogFile(
  path: string, { tables = () => true, signal }: BinlogFileOptions = {},
): AsyncGenerator<BinlogEvent[], void, undefined> {
  const file = basename(path), decoder = new EventDecoder({ file, offset: 4 }, 0, tables);
  let rest: Buffer = Buffer.alloc(0), hasMagic = false;
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024, signal }) as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0, events: DecodedEvent[] = [];
    if (!hasMagic) {
      if (rest.length < 4) continue;
      if (rest.readUInt32BE(0) !== MAGIC) throw new MalformedEvent("not a binary log: it does not begin with fe 62 69 6e", file, 0);
      hasMagic = true;
      at = 4;
    }
    for (let size: number; at + 19 <= rest.length && at + (size = eventSize(rest, at, file)) <= rest.length; at += size) {
      if (rest[at + 4] !== EventType.TransactionPayload) decoder.decode(rest, at, at + size, events);
      else for (const expanded of decoder.expand(rest, at, at + size)) {
        yield [...events, ...expanded] as BinlogEvent[];
        events = [];
      }
    }
    rest = rest.subarray(at);
    if (events.length > 0) yield events as BinlogEvent[];
  }
}

const MAGIC = 0xfe62696e;

function eventSize(bytes: Buffer, at: number, file: string): number {
  const size = bytes.readUInt32LE(at + 9);
  if (size < 19) throw new MalformedEvent(`an event of ${size} bytes, less than its header`, file, bytes.readUInt32LE(at + 13));
  return size;
}
