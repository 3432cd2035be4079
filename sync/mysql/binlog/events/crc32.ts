import { crc32 as zlibCrc32 } from "node:zlib";

/** Computes zlib's CRC-32 of bytes[start, end) as a signed number, because those need no place on the heap. */
export function crc32(bytes: Buffer, start: number, end: number): number {
  return zlibCrc32(bytes.subarray(start, end)) | 0;
}

/**
 * The state of a CRC-32 when `count` zero bytes have followed `state`. A CRC is linear over GF(2).
 * So this is also the difference between two states after any `count` bytes, if the states before differ by `state` ("crc32_combine" of
 * zlib). zlib's values are the complements of states.
 */
export function afterZeros(state: number, count: number): number {
  for (let first = 0; count > 0; first += 16, count >>>= 4) if (count & 15) state = apply(zeros(first, count & 15), state);
  return state;
}

/** What a number of zeros makes of a state: for each of its eight half bytes, by value, what that becomes. */
type Operator = Int32Array;

/** The operator of digit * 16^n zeros stands at 16 * n + digit. */
const operators: Operator[] = [];

function zeros(first: number, digit: number): Operator {
  return operators[first + digit] ??= operator(
    digit > 1 ? (state) => apply(zeros(first, 1), apply(zeros(first, digit - 1), state))
      : first > 0 ? (state) => apply(zeros(first - 16, 1), apply(zeros(first - 16, 15), state)) : afterZero);
}

function afterZero(state: number): number {
  for (let bit = 0; bit < 8; bit++) state = state & 1 ? (state >>> 1) ^ 0xedb88320 : state >>> 1;
  return state;
}

function operator(image: (state: number) => number): Operator {
  const made = new Int32Array(8 * 16);
  for (let bit = 0; bit < 32; bit++) {
    const first = (bit >> 2) * 16, value = 1 << (bit & 3);
    made[first + value] = image(1 << bit);
    for (let lower = 1; lower < value; lower++) made[first + value + lower] = made[first + value]! ^ made[first + lower]!;
  }
  return made;
}

function apply(of: Operator, state: number): number {
  return of[state & 15]! ^ of[16 + ((state >>> 4) & 15)]! ^ of[32 + ((state >>> 8) & 15)]! ^ of[48 + ((state >>> 12) & 15)]!
    ^ of[64 + ((state >>> 16) & 15)]! ^ of[80 + ((state >>> 20) & 15)]! ^ of[96 + ((state >>> 24) & 15)]! ^ of[112 + (state >>> 28)]!;
}
