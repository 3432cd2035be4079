import { MalformedEvent } from "../errors.js";

/**
 * Reads DECIMAL(precision, scale) as text, as MySQL prints it. Format: decimal.cc, `decimal2bin`: groups of nine digits in
 * four big-endian bytes, the incomplete group first before the point and last after it. The first bit is set for values >= 0,
 * and all bits of a negative value are inverted.
 */
export function decimal(bytes: Buffer, start: number, precision: number, scale: number): string {
  const whole = precision - scale;
  const negative = (bytes[start]! & 0x80) === 0;
  const flip = negative ? 255 : 0;
  let at = start, first = 0x80, integer = "", fraction = "";
  const group = (digits: number): string => {
    let value = 0;
    for (let n = BYTES[digits]!; n > 0; n--) {
      value = value * 256 + (bytes[at++]! ^ first ^ flip);
      first = 0;
    }
    const text = String(value).padStart(digits, "0");
    if (text.length > digits) throw new MalformedEvent(`a decimal group of ${text.length} digits where ${digits} fit`);
    return text;
  };
  if (whole % 9 > 0) integer = group(whole % 9);
  for (let n = Math.floor(whole / 9); n > 0; n--) integer += group(9);
  for (let n = Math.floor(scale / 9); n > 0; n--) fraction += group(9);
  if (scale % 9 > 0) fraction += group(scale % 9);
  const text = (integer.replace(/^0+(?=.)/, "") || "0") + (scale > 0 ? `.${fraction}` : "");
  return negative ? `-${text}` : text;
}

/** How many bytes a DECIMAL takes. */
export function decimalSize(precision: number, scale: number): number {
  const whole = precision - scale;
  return Math.floor(whole / 9) * 4 + BYTES[whole % 9]! + Math.floor(scale / 9) * 4 + BYTES[scale % 9]!;
}

/** How many bytes a group of n digits takes. */
const BYTES = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];
