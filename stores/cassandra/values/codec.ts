import type { FieldType, Value } from "../../../schema/fields.js";
import { Unheld } from "../../../schema/unheld.js";
import { dayNumber, isMoment } from "./calendar.js";
import { decimalBytes } from "./decimal.js";

/** A value as CQL's binary protocol carries it; null is CQL's null. */
export type Bytes = Buffer | null;
export type Encode = (value: Value | undefined) => Bytes;
export type Decode = (value: unknown) => Value;

/**
 * The CQL type that holds a field exactly and in the order of its values. CQL's `timestamp` counts milliseconds only.
 * So a moment is the fixed-width text of a `Row`, whose order is time's.
 */
export function cqlType(fieldType: FieldType): string {
  switch (fieldType.kind) {
    case "int64": return "bigint";
    case "int32": return "int";
    case "decimal": return "decimal";
    case "boolean": return "boolean";
    case "date": return "date";
    case "string": case "timestamp": case "choice": return "text";
  }
  fieldType satisfies never;
}

/**
 * Turns values into bytes as in `native_protocol_v4.spec`, section 6. The driver passes buffers on as they are.
 * So the form is checked and the bytes are made once per row, however many tables it goes to. @throws Unheld
 */
export function encoderOf(fieldType: FieldType): Encode {
  const encode = encoderOfValue(fieldType);
  return (value) => (value === null ? null : encode(value));
}

function encoderOfValue(fieldType: FieldType): (value: Exclude<Value, null> | undefined) => Buffer {
  switch (fieldType.kind) {
    case "int64": return int64Bytes;
    case "int32": return int32Bytes;
    case "decimal": return (value) => decimalBytes(value, fieldType.scale) ?? unheld(
      value, `a number with ${fieldType.scale} digits after the point`,
    );
    case "boolean": return (value) => (value === true ? yes : value === false ? no : unheld(value, "true or false"));
    case "date": return dateBytes;
    case "string": case "choice": return textBytes;
    case "timestamp": return momentBytes;
  }
  fieldType satisfies never;
  throw new Error("unreachable");
}

/** Cassandra counts the bytes of a key's column in 16 bits. */
const maxKeyBytes = 65_535;

export function keyEncoder(encode: Encode): Encode {
  return (value) => {
    const bytes = encode(value);
    if (bytes === null) throw new Unheld("null, where it is part of a primary key");
    if (bytes.length > maxKeyBytes) throw new Unheld(`${bytes.length} bytes, where a part of a primary key has ${maxKeyBytes} at most`);
    return bytes;
  };
}

/** Returns what `encode` gives; null for a value that could never have been written, so that no query looks for it. */
export function encodedOrNull<T>(encode: () => T): T | null {
  try {
    return encode();
  } catch (error) {
    if (error instanceof Unheld) return null;
    throw error;
  }
}

/** Turns what the driver read (64-bit numbers as bigint) into the value of a `Row`. */
export function decoderOf(fieldType: FieldType): Decode {
  switch (fieldType.kind) {
    case "int32": case "boolean": case "string": case "timestamp": case "choice": return (value) => (value ?? null) as Value;
    case "int64": case "decimal": case "date": return (value) => (value === null || value === undefined ? null : String(value));
  }
  fieldType satisfies never;
  throw new Error("unreachable");
}

/** A version, or any other safe integer, as a CQL bigint. */
export function bigintBytes(n: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  const high = Math.floor(n / 0x1_0000_0000);
  bytes.writeInt32BE(high, 0);
  bytes.writeUInt32BE(n - high * 0x1_0000_0000, 4);
  return bytes;
}

const yes = Buffer.from([1]);
const no = Buffer.from([0]);
const wholeNumber = /^(?:0|-?[1-9]\d{0,18})$/;
const loneSurrogate = /\p{Surrogate}/u;
const least = -(2n ** 63n);
const greatest = 2n ** 63n - 1n;

function int64Bytes(value: unknown): Buffer {
  if (typeof value !== "string" || !wholeNumber.test(value)) return unheld(value, "a 64-bit whole number");
  if (value.length <= 15) return bigintBytes(Number(value));
  const n = BigInt(value);
  if (n < least || n > greatest) return unheld(value, "a 64-bit whole number");
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigInt64BE(n);
  return bytes;
}

function int32Bytes(value: unknown): Buffer {
  if (typeof value !== "number" || (value | 0) !== value || Object.is(value, -0)) return unheld(value, "a 32-bit whole number");
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** UTF-8 has no form for half a surrogate pair; `Buffer.from` would write U+FFFD in its place. */
function textBytes(value: unknown): Buffer {
  if (typeof value !== "string") return unheld(value, "text");
  if (loneSurrogate.test(value)) throw new Unheld("the text has half of a surrogate pair, which UTF-8 cannot hold");
  return Buffer.from(value, "utf8");
}

/** Unsigned days with 1970-01-01 at 2^31. */
function dateBytes(value: unknown): Buffer {
  const days = typeof value === "string" ? dayNumber(value) : null;
  if (days === null) return unheld(value, "a calendar day, YYYY-MM-DD");
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(days + 2 ** 31);
  return bytes;
}

function momentBytes(value: unknown): Buffer {
  if (typeof value !== "string" || !isMoment(value)) return unheld(value, "a moment, YYYY-MM-DDTHH:MM:SS.ffffffZ");
  return Buffer.from(value, "latin1");
}

function unheld(value: unknown, wanted: string): never {
  const shown = value === undefined ? "it is missing" : `${JSON.stringify(value)} is not what it must be`;
  throw new Unheld(`${shown.length > 200 ? `${shown.slice(0, 200)}…` : shown}: ${wanted}`);
}
