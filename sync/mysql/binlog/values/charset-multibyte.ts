import { brotliDecompressSync } from "node:zlib";
import { MULTI_BYTE_DATA } from "./charset-data.js";

/** Bytes[start, end) as text. */
export type Decode = (bytes: Buffer, start: number, end: number) => string;

/**
 * How to read one of MySQL's multi-byte East Asian character sets. Encodings of the same names elsewhere differ in hundreds of characters.
 */
export function multiByte(charset: string): Decode | undefined {
  const table = (tables ??= unpack()).get(charset);
  if (!table) return undefined;
  const four = charset === "gb18030" ? tables.get("four") : undefined;
  return (bytes, start, end) => {
    let text = "";
    for (let at = start; at < end;) {
      const first = bytes[at]!;
      if (first < 128) { text += String.fromCharCode(first); at++; continue; }
      const second = at + 1 < end ? bytes[at + 1]! : 0;
      if (four && second >= 0x30 && second <= 0x39 && at + 3 < end) {
        text += fourBytes(four, ((first - 0x81) * 10 + second - 0x30) * 1260 + (bytes[at + 2]! - 0x81) * 10 + bytes[at + 3]! - 0x30);
        at += 4;
        continue;
      }
      const three = first === 0x8f && table.length > THREE && at + 2 < end ? table[THREE + ((second & 127) << 8) + bytes[at + 2]!]! : 0;
      const two = three === 0 && at + 1 < end ? table[TWO + ((first & 127) << 8) + second]! : 0;
      text += String.fromCharCode(three || two || table[first - 128]! || 0xfffd);
      at += three ? 3 : two ? 2 : 1;
    }
    return text;
  };
}

let tables: Map<string, Uint16Array> | undefined;

/** Where in a table the characters of two and of three bytes begin. */
const TWO = 128, THREE = TWO + 0x8000;

function unpack(): Map<string, Uint16Array> {
  const planes = brotliDecompressSync(Buffer.from(MULTI_BYTE_DATA, "base64")), count = planes.length / 2;
  const units = Uint16Array.from({ length: count }, (_, n) => planes[n]! | (planes[count + n]! << 8));
  const found = new Map<string, Uint16Array>();
  let at = 0;
  for (const [charset, size] of [["ujis", THREE + 0x8000], ["eucjpms", THREE + 0x8000], ["sjis", THREE], ["cp932", THREE], ["gbk", THREE],
    ["gb2312", THREE], ["gb18030", THREE], ["big5", THREE], ["euckr", THREE], ["four", 39_420]] as const)
    found.set(charset, units.subarray(at, at += size));
  return found;
}

/** GB18030's four bytes are a number: below 39,420 by table, from 189,000 on the planes beyond the first. */
function fourBytes(table: Uint16Array, n: number): string {
  const code = n < table.length ? table[n]! : n - 189_000 + 0x10000;
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
}
