import { MalformedEvent } from "../errors.js";
import { decimal } from "./decimal.js";
import { packedDate, packedDatetime, packedTime } from "./temporal.js";

/** Reads binary JSON (json_binary.h) as the text MySQL prints. Numbers come from their stored form, so large ones and decimals survive. */
export function jsonText(bytes: Buffer, start: number, end: number): string {
  // MySQL logs an empty value for a column when a statement ignored errors on it, and reads it as the JSON null.
  if (start === end) return "null";
  return printer.begin(bytes, start, end).value(bytes[start]!, start + 1);
}

/** Value types of json_binary.cc. */
export const enum JsonType {
  SmallObject = 0, LargeObject = 1, SmallArray = 2, LargeArray = 3, Literal = 4, Int16 = 5, Uint16 = 6, Int32 = 7, Uint32 = 8,
  Int64 = 9, Uint64 = 10, Double = 11, String = 12, Opaque = 15,
}

export interface JsonEntry { readonly key: string; readonly type: number; readonly at: number }

/** Prints into bytes that are used again: it copies the texts of a document there as they are, and makes one string at the end. */
export class JsonPrinter {
  #bytes: Buffer = EMPTY;
  #end = 0;
  /** Offsets in a damaged document may overlap and make a small one endless. A valid one never prints more elements than it has bytes. */
  #budget = 0;
  #depth = 0;
  #out = SCRATCH;
  #length = 0;
  #isAscii = true;

  begin(bytes: Buffer, start: number, end: number): this {
    this.#bytes = bytes;
    this.#end = end;
    this.#budget = end - start;
    this.#depth = 0;
    return this;
  }

  value(type: number, at: number): string {
    this.#length = 0;
    this.#isAscii = true;
    this.#out = SCRATCH;
    this.#room(Math.max(0, this.#end - at));
    this.#value(type, at);
    const text = this.#out.toString(this.#isAscii ? "latin1" : "utf8", 0, this.#length);
    this.#out = SCRATCH;
    return text;
  }

  #value(type: number, at: number): void {
    switch (type as JsonType) {
      case JsonType.SmallObject: case JsonType.LargeObject: return this.#container(type, at, true);
      case JsonType.SmallArray: case JsonType.LargeArray: return this.#container(type, at, false);
      case JsonType.Literal: return this.#put(literal(this.#bytes[this.#within(at, 1)]!));
      case JsonType.Int16: return this.#put(String((this.#number(at, 2) << 16) >> 16));
      case JsonType.Uint16: return this.#put(String(this.#number(at, 2)));
      case JsonType.Int32: return this.#put(String(this.#number(at, 4) | 0));
      case JsonType.Uint32: return this.#put(String(this.#number(at, 4)));
      case JsonType.Int64: return this.#put(this.#bytes.readBigInt64LE(this.#within(at, 8)).toString());
      case JsonType.Uint64: return this.#put(this.#bytes.readBigUInt64LE(this.#within(at, 8)).toString());
      case JsonType.Double: return this.#put(doubleText(this.#bytes.readDoubleLE(this.#within(at, 8))));
      case JsonType.String: return this.#string(at);
      case JsonType.Opaque: return this.#put(this.#opaque(at));
    }
    throw new MalformedEvent(`a JSON value of the unknown type ${type}`);
  }

  /** Lists the elements of an object or array, each with the place of its value. */
  entries(type: number, start: number): JsonEntry[] {
    const isObject = type <= JsonType.LargeObject, width = widthOf(type), entrySize = width + 1;
    const count = this.#count(type, start), keys = start + 2 * width, values = keys + (isObject ? count * (width + 2) : 0);
    return Array.from({ length: count }, (_, n) => {
      const keyAt = keys + n * (width + 2), entry = values + n * entrySize, valueType = this.#bytes[entry]!;
      const key = isObject ? this.#text(start + this.#number(keyAt, width), this.#number(keyAt + width, 2)) : "";
      return { key, type: valueType, at: isInline(valueType, width) ? entry + 1 : start + this.#number(entry + 1, width) };
    });
  }

  /** Counts a container's elements. Its head: count, size, for an object the keys' places and lengths, then types and values. */
  #count(type: number, start: number): number {
    const width = widthOf(type), count = this.#number(start, width), size = this.#number(start + width, width);
    this.#within(start, size);
    const each = type <= JsonType.LargeObject ? 2 * width + 3 : width + 1;
    if (2 * width + count * each > size || (this.#budget -= count) < 0)
      throw new MalformedEvent(`a JSON container of ${count} elements in ${size} bytes`);
    return count;
  }

  #container(type: number, start: number, isObject: boolean): void {
    // MySQL refuses documents deeper than 100.
    if (++this.#depth > 101) throw new MalformedEvent("a JSON document deeper than 100");
    const width = widthOf(type), count = this.#count(type, start), bytes = this.#bytes;
    let key = start + 2 * width, entry = isObject ? key + count * (width + 2) : key;
    this.#put(isObject ? "{" : "[");
    for (let n = 0; n < count; n++, key += width + 2, entry += width + 1) {
      if (n > 0) this.#put(", ");
      if (isObject) {
        this.#quoted(start + place(bytes, key, width), bytes[key + width]! | (bytes[key + width + 1]! << 8));
        this.#put(": ");
      }
      const valueType = bytes[entry]!;
      this.#value(valueType, isInline(valueType, width) ? entry + 1 : start + place(bytes, entry + 1, width));
    }
    this.#put(isObject ? "}" : "]");
    this.#depth--;
  }

  #string(at: number): void {
    const short = this.#bytes[this.#within(at, 1)]!;
    if (short < 128) return this.#quoted(at + 1, short);
    const [length, from] = this.#length7(at);
    this.#quoted(from, length);
  }

  /** Prints a text in quotes, with its bytes as they stand except what JSON escapes. */
  #quoted(at: number, length: number): void {
    this.#spend(at, length);
    this.#room(length + 2);
    const bytes = this.#bytes, end = at + length;
    let out = this.#out, to = this.#length, seen = 0;
    out[to++] = QUOTE;
    for (let n = at; n < end; n++) {
      const byte = bytes[n]!;
      seen |= byte;
      if (byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH) { out[to++] = byte; continue; }
      this.#length = to;
      this.#room(end - n + 6);
      this.#put(ESCAPES[byte]!);
      out = this.#out;
      to = this.#length;
    }
    out[to++] = QUOTE;
    this.#length = to;
    if (seen > 127) this.#isAscii = false;
  }

  /** Appends ASCII. */
  #put(text: string): void {
    this.#room(text.length);
    const out = this.#out;
    let to = this.#length;
    for (let n = 0; n < text.length; n++) out[to++] = text.charCodeAt(n);
    this.#length = to;
  }

  #room(more: number): void {
    if (this.#length + more <= this.#out.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#length + more + 64, Math.ceil(this.#out.length * 1.5)));
    this.#out.copy(grown, 0, 0, this.#length);
    this.#out = grown;
  }

  /** Prints a value of a column type. DECIMAL and temporal ones have a text of their own; others become base64. */
  #opaque(at: number): string {
    const type = this.#bytes[this.#within(at, 1)]!;
    const [length, from] = this.#length7(at + 1);
    this.#within(from, length);
    if ((type === 246 || type === 0) && length > 2) return decimal(this.#bytes, from + 2, this.#bytes[from]!, this.#bytes[from + 1]!);
    if (length === 8) {
      const packed = this.#bytes.readBigInt64LE(from);
      if (type === 10) return `"${packedDate(packed)}"`;
      if (type === 11) return `"${packedTime(packed)}"`;
      if (type === 12 || type === 7) return `"${packedDatetime(packed)}"`;
    }
    return `"base64:type${type}:${this.#bytes.toString("base64", from, from + length)}"`;
  }

  /** Reads the variable length of json_binary.cc: seven bits a byte, lowest first, at most five bytes. */
  #length7(at: number): [length: number, from: number] {
    let length = 0;
    for (let n = 0; n < 5; n++) {
      const byte = this.#bytes[this.#within(at + n, 1)]!;
      length += (byte & 127) * 2 ** (7 * n);
      if (byte < 128) return [length, at + n + 1];
    }
    throw new MalformedEvent("a JSON length of more than five bytes");
  }

  #text(at: number, length: number): string {
    this.#spend(at, length);
    return this.#bytes.toString("utf8", at, at + length);
  }

  #spend(at: number, length: number): void {
    this.#within(at, length);
    if ((this.#budget -= length) < 0) throw new MalformedEvent("a JSON document with overlapping texts");
  }

  #number(at: number, width: number): number {
    this.#within(at, width);
    return width === 2 ? this.#bytes[at]! | (this.#bytes[at + 1]! << 8) : this.#bytes.readUInt32LE(at);
  }

  #within(at: number, length: number): number {
    if (at + length > this.#end) throw new MalformedEvent("a JSON value that leads outside its column");
    return at;
  }
}

const EMPTY = Buffer.alloc(0), SCRATCH = Buffer.alloc(4096);
const QUOTE = 0x22, BACKSLASH = 0x5c;
const ESCAPES = Array.from({ length: 128 }, (_, code) => JSON.stringify(String.fromCharCode(code)).slice(1, -1));
const printer = new JsonPrinter();

function widthOf(type: number): 2 | 4 {
  return type === JsonType.LargeObject || type === JsonType.LargeArray ? 4 : 2;
}

/** Reads a number within a container's head, whose place is known to be inside. */
function place(bytes: Buffer, at: number, width: 2 | 4): number {
  const low = bytes[at]! | (bytes[at + 1]! << 8);
  return width === 2 ? low : (low | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

/** Whether a value stands in its entry: literals, and integers of at most the entry's width, need no place of their own. */
function isInline(type: number, width: number): boolean {
  return (type >= JsonType.Literal && type <= JsonType.Uint16) || (width === 4 && (type === JsonType.Int32 || type === JsonType.Uint32));
}

function literal(code: number): string {
  const text = LITERALS[code];
  if (text === undefined) throw new MalformedEvent("an unknown JSON literal");
  return text;
}
const LITERALS = ["null", "true", "false"];

/** Quotes as Json_dom's double_quote does: like JSON.stringify, but a lone surrogate cannot occur and stays as it is. */
export function quote(text: string): string {
  return `"${escaped(text)}"`;
}

export function escaped(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text).slice(1, -1) : text;
}
const NEEDS_ESCAPE = /["\\\u0000-\u001f]/;

/** As my_gcvt: the shortest digits; plain while the point lies within fifteen places or among them, always recognisable as a double. */
export function doubleText(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  const [digits, exponent] = value.toExponential().split("e") as [string, string];
  const power = Number(exponent);
  if ((power >= 15 && digits.replace(/[-.]/g, "").length <= power + 1) || power < -15) return `${digits}e${power}`;
  const text = power < -6 ? value.toFixed(Math.min(100, digits.replace(/[-.]/g, "").length - 1 - power)) : String(value);
  return text.includes(".") ? text : `${text}.0`;
}
