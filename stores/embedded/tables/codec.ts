import type { Entity, Key, Row } from "../../../schema/entity.js";
import type { Field, FieldType, Value } from "../../../schema/fields.js";
import { Unheld } from "../../../schema/unheld.js";
import type { Bound } from "../file/connection.js";

/** Converts between a Row's values and SQLite's. It refuses whatever does not come back as it went in (invariant 9). */
export interface Codec {
  /** The values of every declared field, in order. @throws Unheld */
  encode(row: Row): Bound[];
  /** @throws Unheld */
  encodeKey(key: Key): Bound[];
  /** The row whose fields begin at `values[offset]`. */
  decode(values: readonly Bound[], offset?: number): Row;
}

const codecs = new WeakMap<Entity, Codec>();

export function codecOf(of: Entity): Codec {
  let codec = codecs.get(of);
  if (!codec) codecs.set(of, codec = compile(of));
  return codec;
}

function compile(of: Entity): Codec {
  const columns = Object.entries(of.fields).map(([name, field]) => ({
    name, encode: encoderOf(field.type), decode: decoderOf(field.type),
  }));
  const keys = of.key.map((name) => ({ name, encode: encoderOf(of.fields[name]!.type) }));
  return {
    encode: (row) => columns.map(({ name, encode }) => {
      const value = row[name];
      return value === null ? null : encode(value, name);
    }),
    encodeKey: (key) => keys.map(({ name, encode }, i) => encode(key[i], name)),
    decode(values, offset = 0) {
      const row: Record<string, Value> = {};
      for (const [i, { name, decode }] of columns.entries()) {
        const value = values[offset + i] ?? null;
        row[name] = value === null ? null : decode(value);
      }
      return row;
    },
  };
}

/** These fields of a row, from their values. */
export function decodeFields(of: Entity, names: readonly string[], values: readonly Bound[]): Row {
  return Object.fromEntries(names.map((name, i) => {
    const value = values[i] ?? null;
    return [name, value === null ? null : decoderOf(of.fields[name]!.type)(value)];
  }));
}

/** One value as a field keeps it, for a condition on that field. @throws Unheld */
export function encodeValue(name: string, field: Field, value: Value): Bound {
  return value === null ? null : encoderOf(field.type)(value, name);
}

type Encode = (value: Value | undefined, name: string) => Bound;

function encoderOf(type: FieldType): Encode {
  switch (type.kind) {
    case "int64": return int64;
    case "int32": return int32;
    case "boolean": return (value, name) => (typeof value === "boolean" ? Number(value) : unheld(name, value, "is not a boolean"));
    // The order of their texts is the order of time only at full width.
    case "date": return (value, name) => fixed(value, name, 10, "is not a date as YYYY-MM-DD");
    case "timestamp": return (value, name) => fixed(value, name, 27, "is not a UTC timestamp with microseconds");
    case "decimal": case "string": case "choice": return text;
    default: return type satisfies never;
  }
}

/** Only canonical digits are taken: "007" would come back as "7", and a number out of range would wrap. */
const int64: Encode = (value, name) => {
  if (typeof value !== "string" || !/^(?:0|-?[1-9]\d{0,18})$/.test(value)) return unheld(name, value, "is not a 64-bit integer");
  const whole = BigInt(value);
  return BigInt.asIntN(64, whole) === whole ? whole : unheld(name, value, "is not a 64-bit integer");
};

const int32: Encode = (value, name) => (typeof value === "number" && (value | 0) === value ? value : unheld(
  name, value, "is not a 32-bit integer",
));

function fixed(value: Value | undefined, name: string, length: number, what: string): Bound {
  return typeof value === "string" && value.length === length ? value : unheld(name, value, what);
}

const text: Encode = (value, name) => {
  if (typeof value !== "string") return unheld(name, value, "is not a text");
  if (!/[\0\x1a\p{Surrogate}]/u.test(value)) return value;
  if (/\p{Surrogate}/u.test(value)) return unheld(name, value, "holds half of a character");
  return escapeNul(value);
};

function decoderOf(type: FieldType): (value: Bound) => Value {
  switch (type.kind) {
    case "int64": return (value) => String(value);
    case "int32": return (value) => Number(value);
    case "boolean": return (value) => value === 1n;
    case "decimal": case "string": case "choice": return (value) => unescapeNul(value as string);
    case "date": case "timestamp": return (value) => value as string;
    default: return type satisfies never;
  }
}

/** libsql reads a text only up to its first NUL, so a NUL is kept as two characters that are no part of a word. */
function escapeNul(value: string): string {
  return value.replace(/[\0\x1a]/g, (found) => (found === "\0" ? "\x1a\x01" : "\x1a\x1a"));
}

export function unescapeNul(value: string): string {
  return value.includes("\x1a") ? value.replace(/\x1a([\x01\x1a])/g, (_, which) => (which === "\x01" ? "\0" : "\x1a")) : value;
}

function unheld(name: string, value: Value | undefined, what: string): never {
  if (value === undefined) throw new Unheld(`${name} is missing from the row`);
  throw new Unheld(`${name}: ${JSON.stringify(value)?.slice(0, 80)} ${what}`);
}
