import type { FieldType, Value } from "../../../schema/fields.js";
import { type ByKind, checkOf, madeOnce, ofKind } from "../../../schema/kinds/kinds.js";
import { orderedText } from "../../../schema/kinds/ordered-text.js";
import { Unheld } from "../../../schema/unheld.js";
import type { Bound } from "../file/connection.js";

/** How SQLite keeps the values of a type. */
export interface Held {
  readonly column: "INTEGER" | "REAL" | "TEXT";
  /** Types with the same word are kept the same way, so one reads what the other wrote. */
  readonly word: string;
  /** Whether SQLite orders them as MySQL does, texts by code point. */
  readonly isOrdered: boolean;
  /** @throws Unheld unless the value comes back as it went in (invariant 9) */
  readonly encode: Encode;
  readonly decode: (value: Bound) => Value;
}

export type Encode = (value: Value | undefined, name: string) => Bound;

export const heldAs = madeOnce<Held>((type) => ofKind(held, type));

/** Only canonical digits are taken: "007" would come back as "7", and a number out of range would wrap. */
const int64: Encode = (value, name) => {
  if (typeof value !== "string" || !/^(?:0|-?[1-9]\d{0,18})$/.test(value)) return unheld(name, value, "is not a 64-bit integer");
  const whole = BigInt(value);
  return BigInt.asIntN(64, whole) === whole ? whole : unheld(name, value, "is not a 64-bit integer");
};

const int32: Encode = (value, name) => (typeof value === "number" && (value | 0) === value ? value : unheld(
  name, value, "is not a 32-bit integer",
));

const boolean: Encode = (value, name) => (typeof value === "boolean" ? Number(value) : unheld(name, value, "is not a boolean"));

const text: Encode = (value, name) => {
  if (typeof value !== "string") return unheld(name, value, "is not a text");
  if (!/[\0\x1a\p{Surrogate}]/u.test(value)) return value;
  if (/\p{Surrogate}/u.test(value)) return unheld(name, value, "holds half of a character");
  return escapeNul(value);
};

/** The order of their texts is the order of time only at full width. */
const fixed = (length: number, what: string): Encode => (value, name) =>
  (typeof value === "string" && value.length === length ? value : unheld(name, value, what));

const asText = (value: Bound): Value => unescapeNul(value as string);
const asIs = (value: Bound): Value => value as string;
const asNumber = (value: Bound): Value => Number(value);

function texts(word: string, encode: Encode, isOrdered = true): () => Held {
  return () => ({ column: "TEXT", word, isOrdered, encode, decode: encode === text ? asText : asIs });
}

/** Values that are checked whole, and kept as `made` writes them. */
function checked(
  type: FieldType, word: string, made: (value: string) => Bound = (value) => value, decode: Held["decode"] = asIs,
): Held {
  const check = checkOf(type);
  const encode: Encode = (value, name) => (check(value) ? made(String(value)) : unheld(name, value, `is not a ${type.kind}`));
  return { column: "TEXT", word, isOrdered: true, encode, decode };
}

/** Values whose own text has another order. */
function sorted(type: FieldType, word: string): Held {
  const { of, valueOf } = orderedText(type);
  return checked(type, word, (value) => escapeNul(of(value)), (value) => valueOf(unescapeNul(value as string)));
}

function real(type: FieldType): Held {
  return { ...checked(type, type.kind, Number, asNumber), column: "REAL" };
}

const held: ByKind<Held> = {
  boolean: ({ kind }) => ({ column: "INTEGER", word: kind, isOrdered: true, encode: boolean, decode: (value) => value === 1n }),
  int32: ({ kind }) => ({ column: "INTEGER", word: kind, isOrdered: true, encode: int32, decode: asNumber }),
  int64: ({ kind }) => ({ column: "INTEGER", word: kind, isOrdered: true, encode: int64, decode: String }),
  // SQLite's integers have a sign.
  uint64: (type) => checked(type, type.kind, (value) => value.padStart(20, "0"), (value) => String(BigInt(value!))),
  // A decimal is kept as its digits: SQLite's numbers are not exact.
  decimal: ({ scale }) => ({
    column: "TEXT", word: `decimal with ${scale} digits after the point`, isOrdered: false, encode: text, decode: asText,
  }),
  float: real,
  double: real,
  bits: (type) => checked(type, `${type.length} bits`),
  string: texts("text", text),
  bytes: (type) => checked(type, type.kind),
  uuid: (type) => (type.stored === "swapped" ? sorted(type, "uuid by time") : checked(type, type.kind)),
  date: texts("date", fixed(10, "is not a date as YYYY-MM-DD")),
  time: (type) => sorted(type, `time with ${type.fraction} digits after the point`),
  datetime: texts("datetime", fixed(26, "is not a date and time with microseconds")),
  timestamp: texts("timestamp", fixed(27, "is not a UTC timestamp with microseconds")),
  choice: texts("text", text),
  set: (type) => sorted(type, `set of ${type.values.join(",")}`),
  json: texts("json", text, false),
  geometry: (type) => checked(type, type.kind),
  vector: (type) => checked(type, type.kind),
};

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
