import { decimal } from "./decimal.js";
import { MalformedEvent } from "./errors.js";
import { packedDate, packedDatetime, packedTime } from "./temporal.js";

/**
 * A binary JSON document as the text MySQL prints for it. Format: json_binary.h. Numbers are printed from their stored form, so
 * integers beyond 2^53 and decimals survive. `whole` is the bytes from `base` on as latin1 text, of which plain ASCII is cut.
 */
export function jsonText(bytes: Buffer, start: number, end: number, whole = "", base = 0): string {
  // MySQL logs an empty value for a column that a statement ignored errors on; it reads it as the JSON null.
  if (start === end) return "null";
  return printer.begin(bytes, start, end, whole, base).value(bytes[start]!, start + 1);
}

/** Value types of json_binary.cc. */
export const enum JsonType {
  SmallObject = 0, LargeObject = 1, SmallArray = 2, LargeArray = 3, Literal = 4, Int16 = 5, Uint16 = 6, Int32 = 7, Uint32 = 8,
  Int64 = 9, Uint64 = 10, Double = 11, String = 12, Opaque = 15,
}

export interface JsonEntry { readonly key: string; readonly type: number; readonly at: number }

export class JsonPrinter {
  #bytes: Buffer = Buffer.alloc(0);
  #end = 0;
  #whole = "";
  #base = 0;
  /** Offsets in a damaged document may overlap and make a small one endless: no valid one prints more elements than it has bytes. */
  #budget = 0;
  #depth = 0;

  begin(bytes: Buffer, start: number, end: number, whole = "", base = 0): this {
    this.#bytes = bytes;
    this.#end = end;
    this.#whole = whole;
    this.#base = base;
    this.#budget = end - start;
    this.#depth = 0;
    return this;
  }

  value(type: number, at: number): string {
    switch (type as JsonType) {
      case JsonType.SmallObject: case JsonType.LargeObject: return this.#object(type, at);
      case JsonType.SmallArray: case JsonType.LargeArray: return this.#array(type, at);
      case JsonType.Literal: return this.#literal(at);
      case JsonType.Int16: return String((this.#number(at, 2) << 16) >> 16);
      case JsonType.Uint16: return String(this.#number(at, 2));
      case JsonType.Int32: return String(this.#number(at, 4) | 0);
      case JsonType.Uint32: return String(this.#number(at, 4));
      case JsonType.Int64: return this.#bytes.readBigInt64LE(this.#within(at, 8)).toString();
      case JsonType.Uint64: return this.#bytes.readBigUInt64LE(this.#within(at, 8)).toString();
      case JsonType.Double: return doubleText(this.#bytes.readDoubleLE(this.#within(at, 8)));
      case JsonType.String: return this.#string(at);
      case JsonType.Opaque: return this.#opaque(at);
    }
    throw new MalformedEvent(`a JSON value of the unknown type ${type}`);
  }

  /** The elements of an object or array, each with the place of its value. */
  entries(type: number, start: number): JsonEntry[] {
    const isObject = type <= JsonType.LargeObject, width = widthOf(type), entrySize = width + 1;
    const count = this.#count(type, start), keys = start + 2 * width, values = keys + (isObject ? count * (width + 2) : 0);
    return Array.from({ length: count }, (_, n) => {
      const keyAt = keys + n * (width + 2), entry = values + n * entrySize, valueType = this.#bytes[entry]!;
      const key = isObject ? this.#text(start + this.#number(keyAt, width), this.#number(keyAt + width, 2)) : "";
      return { key, type: valueType, at: isInline(valueType, width) ? entry + 1 : start + this.#number(entry + 1, width) };
    });
  }

  /** How many elements a container has: its head is count, size, for an object the keys' places and lengths, then types and values. */
  #count(type: number, start: number): number {
    const width = widthOf(type), count = this.#number(start, width), size = this.#number(start + width, width);
    this.#within(start, size);
    const each = type <= JsonType.LargeObject ? 2 * width + 3 : width + 1;
    if (2 * width + count * each > size || (this.#budget -= count) < 0) throw new MalformedEvent(`a JSON container of ${count} elements in ${size} bytes`);
    return count;
  }

  #object(type: number, start: number): string {
    this.#deeper();
    const width = widthOf(type), count = this.#count(type, start), bytes = this.#bytes;
    let text = "{", key = start + 2 * width, entry = key + count * (width + 2);
    for (let n = 0; n < count; n++, key += width + 2, entry += width + 1) {
      if (n > 0) text += ", ";
      const length = bytes[key + width]! | (bytes[key + width + 1]! << 8);
      text += `${this.#quoted(start + place(bytes, key, width), length)}: `;
      const valueType = bytes[entry]!;
      text += this.value(valueType, isInline(valueType, width) ? entry + 1 : start + place(bytes, entry + 1, width));
    }
    this.#depth--;
    return `${text}}`;
  }

  #array(type: number, start: number): string {
    this.#deeper();
    const width = widthOf(type), count = this.#count(type, start), bytes = this.#bytes;
    let text = "[", entry = start + 2 * width;
    for (let n = 0; n < count; n++, entry += width + 1) {
      if (n > 0) text += ", ";
      const valueType = bytes[entry]!;
      text += this.value(valueType, isInline(valueType, width) ? entry + 1 : start + place(bytes, entry + 1, width));
    }
    this.#depth--;
    return `${text}]`;
  }

  #deeper(): void {
    // MySQL refuses documents deeper than 100.
    if (++this.#depth > 101) throw new MalformedEvent("a JSON document deeper than 100");
  }

  #literal(at: number): string {
    const literal = LITERALS[this.#bytes[this.#within(at, 1)]!];
    if (literal === undefined) throw new MalformedEvent("an unknown JSON literal");
    return literal;
  }

  #string(at: number): string {
    const short = this.#bytes[this.#within(at, 1)]!;
    if (short < 128) return this.#quoted(at + 1, short);
    const [length, from] = this.#length(at);
    return this.#quoted(from, length);
  }

  /** A value of a column type: DECIMAL and temporal ones have a text of their own, others are printed as base64. */
  #opaque(at: number): string {
    const type = this.#bytes[this.#within(at, 1)]!;
    const [length, from] = this.#length(at + 1);
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

  /** The variable length of json_binary.cc: seven bits a byte, lowest first, at most five bytes. */
  #length(at: number): [length: number, from: number] {
    let length = 0;
    for (let n = 0; n < 5; n++) {
      const byte = this.#bytes[this.#within(at + n, 1)]!;
      length += (byte & 127) * 2 ** (7 * n);
      if (byte < 128) return [length, at + n + 1];
    }
    throw new MalformedEvent("a JSON length of more than five bytes");
  }

  /** A text in quotes; one without anything to escape or convert is cut from the whole. */
  #quoted(at: number, length: number): string {
    this.#within(at, length);
    const bytes = this.#bytes, end = at + length;
    if (length <= 256 && this.#whole !== "") {
      let n = at;
      for (; n < end; n++) {
        const byte = bytes[n]!;
        if (byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c) break;
      }
      if (n === end && (this.#budget -= length) >= 0) return `"${this.#whole.substring(at - this.#base, end - this.#base)}"`;
    }
    return quote(this.#text(at, length));
  }

  #text(at: number, length: number): string {
    this.#within(at, length);
    if ((this.#budget -= length) < 0) throw new MalformedEvent("a JSON document with overlapping texts");
    return this.#bytes.toString("utf8", at, at + length);
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

const printer = new JsonPrinter();

function widthOf(type: number): 2 | 4 {
  return type === JsonType.LargeObject || type === JsonType.LargeArray ? 4 : 2;
}

/** A number within a container's head, whose place is known to be inside. */
function place(bytes: Buffer, at: number, width: 2 | 4): number {
  const low = bytes[at]! | (bytes[at + 1]! << 8);
  return width === 2 ? low : (low | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

/** Literals and integers of at most the entry's width need no place of their own. */
function isInline(type: number, width: number): boolean {
  return (type >= JsonType.Literal && type <= JsonType.Uint16) || (width === 4 && (type === JsonType.Int32 || type === JsonType.Uint32));
}

const LITERALS = ["null", "true", "false"];

/** Json_dom's double_quote: like JSON.stringify, but a lone surrogate cannot occur and stays as it is. */
export function quote(text: string): string {
  return `"${escaped(text)}"`;
}

export function escaped(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text).slice(1, -1) : text;
}
const NEEDS_ESCAPE = /["\\\u0000-\u001f]/;

/** my_gcvt: the shortest digits; plain while the point lies within fifteen places or among the digits, and always recognisable as a double. */
export function doubleText(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  const [digits, exponent] = value.toExponential().split("e") as [string, string];
  const power = Number(exponent);
  if ((power >= 15 && digits.replace(/[-.]/g, "").length <= power + 1) || power < -15) return `${digits}e${power}`;
  const text = power < -6 ? value.toFixed(Math.min(100, digits.replace(/[-.]/g, "").length - 1 - power)) : String(value);
  return text.includes(".") ? text : `${text}.0`;
}
