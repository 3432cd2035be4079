import { crc32 as zlibCrc32 } from "node:zlib";

/**
 * CRC-32 as zlib's, of bytes[start, end). Most events are short: for those a loop over tables ("slicing by 8") costs less than
 * making a view and calling out.
 */
export function crc32(bytes: Buffer, start: number, end: number): number {
  if (end - start > LONG) return zlibCrc32(bytes.subarray(start, end));
  let crc = -1, at = start;
  for (const last = end - 7; at < last; at += 8) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc = T7[crc & 255]! ^ T6[(crc >>> 8) & 255]! ^ T5[(crc >>> 16) & 255]! ^ T4[crc >>> 24]!
      ^ T3[bytes[at + 4]!]! ^ T2[bytes[at + 5]!]! ^ T1[bytes[at + 6]!]! ^ T0[bytes[at + 7]!]!;
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ T0[(crc ^ bytes[at]!) & 255]!;
  return ~crc >>> 0;
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
