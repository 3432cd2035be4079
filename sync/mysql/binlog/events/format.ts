import { MalformedEvent } from "../errors.js";
import { crc32 } from "./crc32.js";

export interface Format { readonly serverVersion: string; readonly checksum: boolean; readonly begun: number }

/**
 * FORMAT_DESCRIPTION_EVENT: version 2 bytes, server version 50, time 4, header length 1, a length per event type, and since 5.6.1
 * the checksum algorithm and this event's own checksum, which is there even when the algorithm is "none".
 */
export function readFormat(bytes: Buffer, start: number, end: number): Format {
  const body = start + 19;
  if (end - body < 57 + 5) throw new MalformedEvent(`a format event of ${end - start} bytes`);
  const version = bytes.readUInt16LE(body), headerLength = bytes[body + 56];
  if (version !== 4 || headerLength !== 19)
    throw new MalformedEvent(`binlog version ${version} with headers of ${headerLength} bytes; 4 and 19 are known`);
  const algorithm = bytes[end - 5]!;
  if (algorithm > 1) throw new MalformedEvent(`the unknown checksum algorithm ${algorithm}`);
  // The server clears the in-use flag when it closes the file but keeps the checksum made without it.
  const checksum = bytes.readInt32LE(end - 4), flags = bytes[start + 17]!;
  if (algorithm === 1 && crc32(bytes, start, end - 4) !== checksum) {
    const closed = Buffer.from(bytes.subarray(start, end - 4));
    closed[17] = flags & ~1;
    if (crc32(closed, 0, closed.length) !== checksum) throw new MalformedEvent("the checksum of a format event does not match");
  }
  return {
    serverVersion: bytes.toString("latin1", body + 2, body + 52).replace(/\0.*$/s, ""), checksum: algorithm === 1,
    begun: bytes.readUInt32LE(start),
  };
}
