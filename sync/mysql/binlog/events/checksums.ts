import { int32 } from "../cursor.js";
import { afterZeros, crc32 } from "./crc32.js";
import { EventType } from "./event-type.js";

/**
 * Whether the CRC32s that end events are right. Where events follow one another, all of a chunk are checked at once: zlib reads the chunk
 * in one call,
 * and the CRC it must find follows from what stands between the events and from their lengths. If it finds another, each is checked by
 * itself.
 */
export class Checksums {
  #chunk: Buffer | undefined;
  /** All that was asked about in the chunk is right up to here. */
  #until = 0;

  /** `gap`: how many bytes stand between an event and the next; those after the fourth are zero. */
  constructor(readonly gap: number) {}

  /** Of the event in bytes[start, end), which is as long as its head says. Those in the same bytes are asked about from front to back. */
  isRight(bytes: Buffer, start: number, end: number): boolean {
    if (bytes !== this.#chunk && end < bytes.length) {
      this.#chunk = bytes;
      this.#until = rightUntil(bytes, start, this.gap);
    }
    return (bytes === this.#chunk && end <= this.#until) || crc32(bytes, start, end - CRC_BYTES) === int32(bytes, end - CRC_BYTES);
  }
}

const HEAD_BYTES = 19, CRC_BYTES = 4;

/** What any event with its own CRC makes of -1, the state every CRC begins with. */
const RESIDUE = ~crc32(Buffer.alloc(CRC_BYTES), 0, CRC_BYTES);

/** Where the last whole event from here on ends, if all of them are right; `from` if one is not. */
function rightUntil(bytes: Buffer, from: number, gap: number): number {
  let state = -1, until = from;
  for (let at = from; at + HEAD_BYTES + CRC_BYTES <= bytes.length; at = until + gap) {
    const size = int32(bytes, at + 9);
    // After a format event there may be no checksums any more.
    if (size < HEAD_BYTES + CRC_BYTES || size > bytes.length - at || bytes[at + 4] === EventType.Format) break;
    if (until < at) state = afterZeros(state ^ int32(bytes, until), gap);
    state = afterZeros(~state, size) ^ RESIDUE;
    until = at + size;
  }
  return crc32(bytes, from, until) === ~state ? until : from;
}
