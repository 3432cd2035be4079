import { crc32 as zlibCrc32 } from "node:zlib";

/**
 * CRC-32 as zlib's, of bytes[start, end), as a signed number: those have no need of the heap. Most events are short: for those a loop over tables ("slicing by 8") costs less than
 * making a view and calling out.
 */
export function crc32(bytes: Buffer, start: number, end: number): number {
  if (end - start > LONG) return zlibCrc32(bytes.subarray(start, end)) | 0;
  let crc = -1, at = start;
  for (const last = end - 7; at < last; at += 8) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc = T7[crc & 255]! ^ T6[(crc >>> 8) & 255]! ^ T5[(crc >>> 16) & 255]! ^ T4[crc >>> 24]!
      ^ T3[bytes[at + 4]!]! ^ T2[bytes[at + 5]!]! ^ T1[bytes[at + 6]!]! ^ T0[bytes[at + 7]!]!;
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ T0[(crc ^ bytes[at]!) & 255]!;
  return ~crc;
}

/**
 * Bytes that end many events: the CRC of an event is then had from that of its head in four steps. A CRC is linear over GF(2), so what the
 * tail makes of a state is what it makes of 0, combined with what as many zeros make of the state ("crc32_combine" of zlib).
 */
export class KnownTail {
  /** By the place of a byte in the state and its value: what the zeros make of it. */
  readonly #zeros = new Int32Array(4 * 256);
  readonly #own: number;

  constructor(bytes: Buffer) {
    this.#own = stateAfter(0, bytes);
    const nothing = Buffer.alloc(bytes.length);
    for (let bit = 0; bit < 32; bit++) {
      const first = (bit >> 3) * 256, value = 1 << (bit & 7);
      this.#zeros[first + value] = stateAfter(1 << bit, nothing);
      for (let lower = 1; lower < value; lower++) this.#zeros[first + value + lower] = this.#zeros[first + value]! ^ this.#zeros[first + lower]!;
    }
  }

  /** The CRC of a head, whose own is given, and this tail. */
  crc32After(head: number): number {
    const state = ~head, zeros = this.#zeros;
    return ~(zeros[state & 255]! ^ zeros[256 + ((state >>> 8) & 255)]! ^ zeros[512 + ((state >>> 16) & 255)]! ^ zeros[768 + (state >>> 24)]! ^ this.#own);
  }
}

/** zlib's values are the complements of the states. */
function stateAfter(state: number, bytes: Buffer): number {
  return ~zlibCrc32(bytes, ~state >>> 0);
}

/** Bytes from which on zlib's own loop makes up for the call. */
const LONG = 512;

const T0 = Int32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});
const T1 = next(T0), T2 = next(T1), T3 = next(T2), T4 = next(T3), T5 = next(T4), T6 = next(T5), T7 = next(T6);

/** The table for bytes one place further from the end. */
function next(table: Int32Array): Int32Array {
  return table.map((entry) => (entry >>> 8) ^ T0[entry & 255]!);
}
