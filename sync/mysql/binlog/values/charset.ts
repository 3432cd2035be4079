import { multiByte, type Decode } from "./charset-multibyte.js";
import { COLLATIONS, SINGLE_BYTE, SWE7_LOW } from "./charset-tables.js";

/** The character set of a collation id; '' when the id is unknown. */
export function charsetOf(collation: number): string {
  // MariaDB numbers its NO PAD collations 1024 above the ones they derive from.
  return CHARSETS.get(collation >= 1024 && collation < 2048 ? collation - 1024 : collation) ?? "";
}

/** The decoder of this character set, undefined when it is unknown. It is ASCII below 128 unless `isAsciiBased` says otherwise. */
export function decoderOf(charset: string): Decode | undefined {
  let decode = decoders.get(charset);
  if (!decode && (decode = build(charset))) decoders.set(charset, decode);
  return decode;
}

/** Whether bytes below 128 stand for ASCII wherever they begin a character. A value of such bytes needs no conversion. */
export function isAsciiBased(charset: string): boolean {
  return !["swe7", "ucs2", "utf16", "utf16le", "utf32", "binary"].includes(charset);
}

const CHARSETS = new Map<number, string>();
for (const [charset, ranges] of Object.entries(COLLATIONS))
  for (const range of ranges.split(",")) {
    const [first, last = first] = range.split("-").map(Number) as [number, number?];
    for (let id = first; id <= last; id++) CHARSETS.set(id, charset);
  }

const decoders = new Map<string, Decode>();

function build(charset: string): Decode | undefined {
  switch (charset) {
    case "utf8mb4": case "utf8mb3": return (bytes, start, end) => bytes.toString("utf8", start, end);
    case "utf16le": return (bytes, start, end) => bytes.toString("utf16le", start, end);
    case "utf16": case "ucs2": return (bytes, start, end) =>
      Buffer.from(bytes.subarray(start, end)).swap16().toString("utf16le", 0, end - start);
    case "utf32": return utf32;
    case "swe7": return (bytes, start, end) => singleByte(SINGLE_BYTE.swe7!)(bytes, start, end).replace(
      /[@[\\\]^`{|}~\x7f]/g, (c) => SWE7_LOW[c]!,
    );
  }
  if (SINGLE_BYTE[charset]) return singleByte(SINGLE_BYTE[charset]);
  return multiByte(charset);
}

function singleByte(upper: string): Decode {
  return (bytes, start, end) => {
    let text = "";
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      text += byte < 128 ? String.fromCharCode(byte) : upper[byte - 128];
    }
    return text;
  };
}

function utf32(bytes: Buffer, start: number, end: number): string {
  let text = "";
  for (let at = start; at + 4 <= end; at += 4) {
    const code = bytes.readUInt32BE(at);
    text += code <= 0x10ffff ? String.fromCodePoint(code) : "?";
  }
  return text;
}
