import type { Field, Value } from "../../../schema/fields.js";
import { Unheld } from "../../../schema/unheld.js";

/** A value as the binary log's decoder gives it (`binlog/event.ts`), or as a SELECT does with the options of `runtime/mysql/mysql.ts`. */
export type Raw = null | undefined | number | bigint | string | Buffer;

/** Turns a raw value into the field's value. @throws Unheld when the field cannot hold it exactly (invariant 9) */
export type ReadValue = (raw: Raw) => Value;

/**
 * Makes the reader of a field's values, the same for SELECT and for the binary log (invariant 8).
 * `ahead`: by how many minutes the clock that wrote a DATETIME is ahead of UTC.
 */
export function valueReader(name: string, field: Field, ahead = 0): ReadValue {
  const read = present(field, ahead);
  const { nullable } = field;
  return (raw) => {
    if (raw === null) return nullable ? null : unheld(name, "NULL, in a field that cannot be null");
    if (raw === undefined) return unheld(
      name, "no value in the binary log: the row was logged with a partial row image (binlog_row_image)",
    );
    try {
      return read(raw);
    } catch (error) {
      return unheld(name, error instanceof Unheld ? error.reason : String(error));
    }
  };
}

function unheld(name: string, reason: string): never {
  throw new Unheld(`${name} holds ${reason}`);
}

type Present = Exclude<Raw, null | undefined>;

function present({ type: wanted }: Field, ahead: number): (raw: Present) => Value {
  switch (wanted.kind) {
    case "int64": return int64;
    case "int32": return int32;
    case "boolean": return boolean;
    case "decimal": return (raw) => decimal(String(raw), wanted.scale);
    case "date": return (raw) => (isDate(String(raw)) ? String(raw) : refuse(`${raw}, which is not a day of the calendar`));
    case "timestamp": return ahead === 0 ? (raw) => timestamp(String(raw)) : (raw) => shifted(timestamp(String(raw)), ahead);
    case "string": return (raw) => text(String(raw), wanted.maxLength);
    case "choice": {
      const values = new Set<string>(wanted.values);
      return (raw) => (values.has(String(raw)) ? String(raw) : refuse(`"${raw}", which is none of ${wanted.values.join(", ")}`));
    }
  }
  wanted satisfies never;
}

function refuse(what: string): never {
  throw new Unheld(what);
}

/** A number is exact below 2^53; beyond that a raw value is a bigint or text. The text of a ZEROFILL column has leading zeros. */
function int64(raw: Present): string {
  if (typeof raw === "number") return String(raw);
  const value = BigInt(raw as bigint | string);
  return value >= -(2n ** 63n) && value < 2n ** 63n ? String(value) : refuse(`${value}, beyond 64 bits with a sign`);
}

function int32(raw: Present): number {
  const value = Number(raw);
  return value === (value | 0) ? value : refuse(`${raw}, beyond 32 bits with a sign`);
}

function boolean(raw: Present): boolean {
  const value = Buffer.isBuffer(raw) ? raw[0] : Number(raw);
  return value === 1 || (value === 0 ? false : refuse(`${value}, which is neither 0 nor 1`));
}

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

const fractions = ["0", "00", "000", "0000", "00000", "000000"];

/** Turns `YYYY-MM-DD hh:mm:ss[.f]`, UTC, into `YYYY-MM-DDThh:mm:ss.ffffffZ`. */
function timestamp(raw: string): string {
  if (!isDate(raw)) refuse(`${raw}, which is not a moment of the calendar`);
  const missing = raw.length === 19 ? ".000000" : raw.length < 26 ? fractions[25 - raw.length] : "";
  return `${raw.slice(0, 10)}T${raw.slice(11)}${missing}Z`;
}

/** The moment in UTC at which a clock that is `ahead` minutes ahead shows this reading. */
function shifted(reading: string, ahead: number): string {
  const moment = new Date(Date.parse(`${reading.slice(0, 19)}Z`) - ahead * 60_000).toISOString();
  return moment.length === 24 ? `${moment.slice(0, 19)}${reading.slice(19)}`
    : refuse(`${reading}, which in UTC is a year that no store holds`);
}

const ZERO = 48;
const days = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Refuses what MySQL stores when its sql_mode allows it: zero and partial dates, and days such as February 30. */
function isDate(text: string): boolean {
  const month = (text.charCodeAt(5) - ZERO) * 10 + text.charCodeAt(6) - ZERO;
  const day = (text.charCodeAt(8) - ZERO) * 10 + text.charCodeAt(9) - ZERO;
  if (day === 0 || !(month >= 1 && month <= 12)) return false;
  if (day <= days[month]!) return true;
  const year = Number(text.slice(0, 4));
  return day === 29 && month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
