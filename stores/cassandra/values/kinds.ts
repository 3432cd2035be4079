import type { FieldType, Value } from "../../../schema/fields.js";
import { type ByKind, checkOf, madeOnce, ofKind } from "../../../schema/kinds/kinds.js";
import { shortestFloat } from "../../../schema/kinds/numbers/float.js";
import { orderedText } from "../../../schema/kinds/ordered-text.js";
import { Unheld } from "../../../schema/unheld.js";
import { dayNumber, isMoment } from "./calendar.js";
import { bigintBytes } from "./codec.js";
import { decimalBytes, wholeBytes } from "./decimal.js";

/** How Cassandra keeps the values of a type. */
export interface Held {
  /** The CQL type that holds them exactly and in their order. */
  readonly cql: string;
  /** Writes the bytes of `native_protocol_v4.spec`, section 6. @throws Unheld */
  readonly encode: (value: Value | undefined) => Buffer;
  /** Reads what the driver makes of such bytes; it gives 64-bit numbers as bigint. */
  readonly decode: (value: unknown) => Value;
}

export const heldAs = madeOnce<Held>((type) => ofKind(held, type));

const yes = Buffer.from([1]);
const no = Buffer.from([0]);
const wholeNumber = /^(?:0|-?[1-9]\d{0,18})$/;
const loneSurrogate = /\p{Surrogate}/u;
const least = -(2n ** 63n);
const greatest = 2n ** 63n - 1n;

const asIs = (value: unknown): Value => value as Value;
const text: Held = { cql: "text", encode: textBytes, decode: asIs };

function checked(type: FieldType, wanted: string, { cql, encode, decode }: Held): Held {
  const check = checkOf(type);
  return { cql, encode: (value) => (check(value) ? encode(value) : unheld(value, wanted)), decode };
}

/** Values whose own text has another order. */
function sorted(type: FieldType, wanted: string): Held {
  const { of, valueOf } = orderedText(type);
  return checked(type, wanted, {
    cql: "text", encode: (value) => textBytes(of(value as string)), decode: (value) => valueOf(value as string),
  });
}

const hexBytes: Held = {
  cql: "blob", encode: (value) => Buffer.from(value as string, "hex"), decode: (value) => (value as Buffer).toString("hex"),
};

/** A date that no calendar has is no CQL date. */
const dated = (type: FieldType & { readonly zeros?: unknown }, wanted: string, usual: Held): Held =>
  (type.zeros === "text" ? checked(type, wanted, text) : usual);

const held: ByKind<Held> = {
  boolean: () => ({
    cql: "boolean", decode: asIs, encode: (value) => (value === true ? yes : value === false ? no : unheld(value, "true or false")),
  }),
  int32: () => ({ cql: "int", encode: int32Bytes, decode: asIs }),
  int64: () => ({ cql: "bigint", encode: int64Bytes, decode: String }),
  uint64: (type) => checked(type, "a whole number of 64 bits without a sign", {
    cql: "varint", encode: (value) => wholeBytes(BigInt(value as string)), decode: String,
  }),
  decimal: ({ scale }) => ({
    cql: "decimal", decode: String,
    encode: (value) => decimalBytes(value, scale) ?? unheld(value, `a number with ${scale} digits after the point`),
  }),
  float: (type) => checked(type, "a number of 32 bits in its shortest form", {
    cql: "float", encode: floatBytes, decode: (value) => shortestFloat(value as number),
  }),
  double: (type) => checked(type, "a number of 64 bits", { cql: "double", encode: doubleBytes, decode: asIs }),
  bits: (type) => checked(type, `${type.length} digits 0 and 1`, text),
  string: () => text,
  bytes: (type) => checked(type, `at most ${type.maxLength} bytes as hexadecimal digits`, hexBytes),
  uuid: (type) => (type.stored === "swapped" ? sorted(type, "a UUID") : checked(type, "a UUID", text)),
  date: (type) => dated(type, "a day, YYYY-MM-DD", { cql: "date", encode: dateBytes, decode: String }),
  time: (type) => sorted(type, `a time with ${type.fraction} digits after the point`),
  datetime: (type) => checked(type, "a date and time, YYYY-MM-DDTHH:MM:SS.ffffff", text),
  // CQL's `timestamp` counts milliseconds only. The order of this text of fixed width is time's.
  timestamp: (type) => dated(type, "a moment, YYYY-MM-DDTHH:MM:SS.ffffffZ", { ...text, encode: momentBytes }),
  choice: () => text,
  set: (type) => sorted(type, `some of ${type.values.join(", ")} in this order`),
  json: () => text,
  geometry: (type) => checked(type, "a shape as hexadecimal digits", hexBytes),
  vector: (type) => checked(type, `at most ${type.dimensions} numbers of 32 bits as hexadecimal digits`, hexBytes),
};

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

function floatBytes(value: unknown): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeFloatBE(value as number);
  return bytes;
}

function doubleBytes(value: unknown): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeDoubleBE(value as number);
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
