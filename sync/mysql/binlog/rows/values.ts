import { MalformedEvent, UnsupportedColumn } from "../errors.js";
import type { Decode } from "../values/charset-multibyte.js";
import { escaped } from "../values/json.js";

/** What the generated row readers call for values that take more than an expression. */
export { decimal } from "../values/decimal.js";
export { escaped, jsonText as json } from "../values/json.js";
export { patchedJson } from "../values/json-diff.js";
export { D2, D3, DOT_D2, DOT_D3, date, datetime, fractionText, oldDatetime, oldTime, time, timestamp } from "../values/temporal.js";

export function bad(reason: string): never {
  throw new MalformedEvent(reason);
}

/** Refuses a PARTIAL_JSON without the value it applies to. A replica would look it up in its own row; this reader has no rows. */
export function noBefore(column: string): never {
  throw new UnsupportedColumn(column, "its new value is logged as a difference to one that is not in the row image "
    + "(SET PERSIST binlog_row_value_options = '', or binlog_row_image = FULL)");
}

/** Checks the row options, which are a length-encoded integer. Those below 251 are one byte, and the row options use no others. */
export function option(value: number): number {
  return value > 1 ? bad(`the unknown row options ${value}`) : value;
}

/** Reads a text. An ASCII value is cut from the event's own text, which costs no conversion; others are decoded. */
export function text(bytes: Buffer, start: number, end: number, whole: string, base: number, decode: Decode): string {
  if (end - start <= 256 && whole !== "") {
    let at = start;
    while (at < end && bytes[at]! < 128) at++;
    if (at === end) return whole.substring(start - base, end - base);
  }
  return decode(bytes, start, end);
}

/** Reads a text as it stands between the quotes of a JSON string. A text that needs neither conversion nor escape is cut. */
export function escapedText(bytes: Buffer, start: number, end: number, whole: string, base: number, decode: Decode): string {
  if (end - start <= 256 && whole !== "") {
    let at = start;
    for (; at < end; at++) {
      const byte = bytes[at]!;
      if (byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c) break;
    }
    if (at === end) return whole.substring(start - base, end - base);
  }
  return escaped(decode(bytes, start, end));
}

/** Copies the bytes, so that they do not keep the chunk they came in alive. */
export function copy(bytes: Buffer, start: number, end: number): Buffer {
  return Buffer.from(bytes.subarray(start, end));
}

export function padded(bytes: Buffer, start: number, end: number, length: number): Buffer {
  const value = Buffer.alloc(Math.max(length, end - start));
  bytes.copy(value, 0, start, end);
  return value;
}

export function set(bytes: Buffer, start: number, members: readonly string[]): string {
  let text: string | undefined;
  for (let n = 0; n < members.length; n++)
    if ((bytes[start + (n >> 3)]! & (1 << (n & 7))) !== 0) text = text === undefined ? members[n]! : `${text},${members[n]}`;
  return text ?? "";
}

/** Reads BIT, which is big endian. */
export function bits(bytes: Buffer, start: number, size: number): number | bigint {
  let value = 0n, small = 0;
  if (size <= 6) {
    for (let n = 0; n < size; n++) small = small * 256 + bytes[start + n]!;
    return small;
  }
  for (let n = 0; n < size; n++) value = (value << 8n) | BigInt(bytes[start + n] ?? 0);
  return exact(value);
}

export function bigSigned(bytes: Buffer, start: number): number | bigint {
  return start + 8 > bytes.length ? 0 : exact(bytes.readBigInt64LE(start));
}

export function bigUnsigned(bytes: Buffer, start: number): number | bigint {
  return start + 8 > bytes.length ? 0 : exact(bytes.readBigUInt64LE(start));
}

function exact(value: bigint): number | bigint {
  return value >= -MAX && value <= MAX ? Number(value) : value;
}
const MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** Reads an old DATETIME: eight bytes, 47 bits used. */
export function number64(bytes: Buffer, start: number): number {
  return Number(bigUnsigned(bytes, start));
}

const scratch = new Uint8Array(8), asFloat = new Float32Array(scratch.buffer), asDouble = new Float64Array(scratch.buffer);

export function float(bytes: Buffer, start: number): number {
  for (let n = 0; n < 4; n++) scratch[n] = bytes[start + n]!;
  return asFloat[0]!;
}

export function double(bytes: Buffer, start: number): number {
  for (let n = 0; n < 8; n++) scratch[n] = bytes[start + n]!;
  return asDouble[0]!;
}
