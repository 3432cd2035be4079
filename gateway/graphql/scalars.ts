import { GraphQLScalarType, Kind } from "graphql";
import type { FieldType, Value } from "../../schema/fields.js";
import { badUserInput, shown } from "./errors.js";

const decimalPattern = /^-?\d{1,65}(\.\d{1,30})?$/;
const datePattern = /^\d{4}-\d{2}-\d{2}$/;
const timestampPattern = /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/;

/** Rows hold exact texts already (see `FieldKind`), so nothing is converted on the way out: no digit can be lost (invariant 9). */
export const Decimal = exactText("Decimal", "An exact decimal number as a string, e.g. `\"12.50\"`.",
  (text) => decimalPattern.test(text));

export const CalendarDate = exactText("Date", "A calendar day as `YYYY-MM-DD`, without a time zone.", isDate);

export const Timestamp = exactText("Timestamp",
  "A moment in UTC with microseconds, e.g. `2026-02-28T09:30:00.000001Z`; always this wide, so texts sort as times do.", isTimestamp);

export const Long = exactText(
  "Long", "A 64-bit whole number as a string, e.g. `\"9007199254740993\"`.", (text) => wholeNumber(text) !== null,
);

const bounds = [-(2n ** 63n), 2n ** 63n - 1n] as const;

/** The one spelling of a 64-bit whole number, or null if it is none: ` 7`, `1e3` and 2^63 are not, `007` is `7`. */
export function wholeNumber(text: string): string | null {
  if (!/^-?\d{1,30}$/.test(text)) return null;
  const number = BigInt(text);
  return number >= bounds[0] && number <= bounds[1] ? number.toString() : null;
}

/** Whether a value that came from outside (a cursor) is one a row could hold. */
export function isValueOf(type: FieldType, value: unknown): value is Value {
  switch (type.kind) {
    case "int32": return Number.isInteger(value) && Math.abs(value as number) <= 2 ** 31;
    case "boolean": return typeof value === "boolean";
    case "int64": return typeof value === "string" && wholeNumber(value) === value;
    case "decimal": return typeof value === "string" && decimalPattern.test(value);
    case "date": return typeof value === "string" && datePattern.test(value);
    case "timestamp": return typeof value === "string" && timestampPattern.test(value);
    case "string": return typeof value === "string" && isTextOf(value, type.maxLength);
    case "choice": return typeof value === "string" && type.values.includes(value);
    default: return type satisfies never;
  }
}

/** Whether a text has at most so many characters, as MySQL counts them, and half a character nowhere. */
export function isTextOf(text: string, most: number): boolean {
  return text.length <= 2 * most && !/\p{Surrogate}/u.test(text) && [...text].length <= most;
}

function isDate(text: string): boolean {
  return datePattern.test(text) && realDay(text);
}

function isTimestamp(text: string): boolean {
  return timestampPattern.test(text) && realDay(text.slice(0, 10));
}

function realDay(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
}

function exactText(name: string, description: string, valid: (text: string) => boolean): GraphQLScalarType<string, string> {
  const parse = (value: unknown) => {
    if (typeof value === "string" && valid(value)) return value;
    throw badUserInput(`${shown(value)} is not a ${name}: ${description}`);
  };
  return new GraphQLScalarType<string, string>({
    name,
    description,
    serialize: (value) => {
      if (typeof value === "string") return value;
      throw new TypeError(`a ${name} is a string in a row, not ${typeof value}`);
    },
    parseValue: parse,
    parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : null),
  });
}
