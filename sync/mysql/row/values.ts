import type { Field, FieldType, Value } from "../../../schema/fields.js";
import type { Present as PresentValue } from "../../../schema/kinds/kind.js";
import { type ByKind, checkOf, ofKind } from "../../../schema/kinds/kinds.js";
import { shortestFloat } from "../../../schema/kinds/numbers/float.js";
import { Unheld } from "../../../schema/unheld.js";
import { bits, hex, uuid } from "./bytes.js";
import { day, moment, spanOf } from "./moments.js";

/** A value as the binary log's decoder gives it (`binlog/event.ts`), or as a SELECT does with the options of `runtime/mysql/mysql.ts`. */
export type Raw = null | undefined | number | bigint | string | Buffer;

/** Turns a raw value into the field's value. @throws Unheld when the field cannot hold it exactly (invariant 9) */
export type ReadValue = (raw: Raw) => Value;

/**
 * Makes the reader of a field's values, the same for SELECT and for the binary log (invariant 8).
 * `ahead`: by how many minutes the clock that wrote a DATETIME is ahead of UTC.
 */
export function valueReader(name: string, field: Field, ahead = 0): ReadValue {
  const read = field.type.kind === "timestamp" && ahead !== 0 ? moment(field.type, "Z", ahead) : ofKind(readers, field.type);
  const { nullable } = field;
  return (raw) => {
    if (raw === null) return nullable ? null : unheld(name, "NULL, in a field that cannot be null");
    if (raw === undefined) return unheld(
      name, "no value in the binary log: the row was logged with a partial row image (binlog_row_image)",
    );
    let value: Value;
    try {
      value = read(raw);
    } catch (error) {
      return unheld(name, error instanceof Unheld ? error.reason : String(error));
    }
    return value !== null || nullable ? value : unheld(name, `${String(raw)}, which stands for null in a field that cannot be null`);
  };
}

function unheld(name: string, reason: string): never {
  throw new Unheld(`${name} holds ${reason}`);
}

type Present = Exclude<Raw, null | undefined>;
type Read = (raw: Present) => Value;

const readers: ByKind<Read> = {
  boolean: () => boolean,
  int32: () => int32,
  int64: () => int64,
  uint64: () => uint64,
  decimal: ({ scale }) => (raw) => decimal(String(raw), scale),
  float: () => float,
  // Adding 0 makes 0 of -0, which MySQL takes for equal.
  double: () => (raw) => Number(raw) + 0,
  bits: ({ length }) => (raw) => bits(raw, length),
  string: ({ maxLength }) => (raw) => text(String(raw), maxLength),
  bytes: ({ maxLength }) => (raw) => hex(raw, maxLength),
  uuid: ({ stored }) => (raw) => uuid(raw, stored),
  date: day,
  time: ({ fraction }) => (raw) => spanOf(String(raw), fraction),
  datetime: (type) => moment(type, ""),
  timestamp: (type) => moment(type, "Z"),
  choice: (type) => known(type, ({ values }) => `none of ${values.join(", ")}`),
  set: (type) => known(type, ({ values }) => `no set of ${values.join(", ")}`),
  json: () => String,
  geometry: () => (raw) => hex(raw, Infinity),
  vector: ({ dimensions }) => (raw) => hex(raw, 4 * dimensions),
};

function refuse(what: string): never {
  throw new Unheld(what);
}

/** Takes only what the type knows. */
function known<T extends FieldType>(type: T, why: (type: T) => string): (raw: Present) => PresentValue {
  const check = checkOf(type);
  return (raw) => (check(String(raw)) ? String(raw) : refuse(`"${String(raw)}", which is ${why(type)}`));
}

/** A number is exact below 2^53; beyond that a raw value is a bigint or text. The text of a ZEROFILL column has leading zeros. */
function int64(raw: Present): string {
  if (typeof raw === "number") return String(raw);
  const value = BigInt(raw as bigint | string);
  return value >= -(2n ** 63n) && value < 2n ** 63n ? String(value) : refuse(`${value}, beyond 64 bits with a sign`);
}

function uint64(raw: Present): string {
  const value = BigInt(raw as number | bigint | string);
  return value >= 0n && value < 2n ** 64n ? String(value) : refuse(`${value}, which is not 0 to 2^64-1`);
}

function int32(raw: Present): number {
  const value = Number(raw);
  return value === (value | 0) ? value : refuse(`${String(raw)}, beyond 32 bits with a sign`);
}

/** Both sides give the value of 32 bits as a number of 64 bits. */
function float(raw: Present): number {
  const exact = Number(raw);
  return Math.fround(exact) === exact ? shortestFloat(exact) : refuse(`${exact}, which is no number of 32 bits`);
}

function boolean(raw: Present): boolean {
  const value = Buffer.isBuffer(raw) ? raw[0] : Number(raw);
  return value === 1 || (value === 0 ? false : refuse(`${value}, which is neither 0 nor 1`));
}

const ZERO = 48;

/** Gives `scale` digits after the point, however many the column has, and no leading zeros, which ZEROFILL shows. */
function decimal(raw: string, scale: number): string {
  const point = raw.indexOf(".");
  const whole = point < 0 ? raw : raw.slice(0, point);
  const plain = whole.length > 1 && whole.charCodeAt(0) === ZERO ? whole.replace(/^0+(?=\d)/, "") : whole;
  const missing = scale - (point < 0 ? 0 : raw.length - point - 1);
  if (missing === 0 && plain === whole) return raw;
  const fraction = (point < 0 ? "" : raw.slice(point + 1)) + "0".repeat(missing);
  return scale === 0 ? plain : `${plain}.${fraction}`;
}

function text(raw: string, maxLength: number): string {
  // The limit counts characters, not UTF-16 units. They are counted only when the cheap count says they could be too many.
  if (raw.length > maxLength && [...raw].length > maxLength) refuse(`${[...raw].length} characters, more than ${maxLength}`);
  return raw;
}
