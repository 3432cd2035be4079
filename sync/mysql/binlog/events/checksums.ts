import { int32 } from "../cursor.js";
import { afterZeros, crc32 } from "./crc32.js";
import { EventType } from "./event-type.js";

/**
 * Checks the CRC32s that end events. Where events follow one another, zlib reads the whole chunk in one call.
 * The CRC it must find follows from what stands between the events and from their lengths. If it
 * finds another, each event is checked by itself.
 */
export class Checksums {
  #chunk: Buffer | undefined;
  /** Everything the caller asked about in the chunk is right up to here. */
  #until = 0;

  /** `gap`: how many bytes stand between an event and the next; those after the fourth are zero. */
  constructor(readonly gap: number) {}

  /**
   * Checks the event in bytes[start, end), which is as long as its head says. The caller asks
   * about events in the same bytes from front to back.
   */
  isRight(bytes: Buffer, start: number, end: number): boolean {
    if (bytes !== this.#chunk && end < bytes.length) {
      this.#chunk = bytes;
      this.#until = rightUntil(bytes, start, this.gap);
    }
    return (bytes === this.#chunk && end <= this.#until) || crc32(bytes, start, end - CRC_BYTES) === int32(bytes, end - CRC_BYTES);
  }
}

const HEAD_BYTES = 19, CRC_BYTES = 4;

/** The state that every event with its own CRC makes of -1, the state with which each CRC begins. */
const RESIDUE = ~crc32(Buffer.alloc(CRC_BYTES), 0, CRC_BYTES);

/** Where the last whole event from here on ends, if all of them are right; `from` if one is wrong. */
function rightUntil(bytes: Buffer, from: number, gap: number): number {
  let state = -1, until = from;
  for (let at = from; at + HEAD_BYTES + CRC_BYTES <= bytes.length; at = until + gap) {
    const size = int32(bytes, at + 9);
    // After a format event there may be no more checksums.
    if (size < HEAD_BYTES + CRC_BYTES || size > bytes.length - at || bytes[at + 4] === EventType.Format) break;
    if (until < at) state = afterZeros(state ^ int32(bytes, until), gap);
    state = afterZeros(~state, size) ^ RESIDUE;
    until = at + size;
  }
  return crc32(bytes, from, until) === ~state ? until : from;
}
