import { GraphQLScalarType, Kind } from "graphql";
import { isHex } from "../../schema/kinds/kind.js";
import { checkOf } from "../../schema/kinds/kinds.js";
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
  "Long", "A 64-bit whole number as a string, e.g. `\"9007199254740993\"`.",
  (text) => wholeNumber(text) !== null || wholeNumber(text, "unsigned") !== null,
);

const bounds = { signed: [-(2n ** 63n), 2n ** 63n - 1n], unsigned: [0n, 2n ** 64n - 1n] } as const;

/** The one spelling of a 64-bit whole number, or null if it is none: ` 7`, `1e3` and 2^64 are not, `007` is `7`. */
export function wholeNumber(text: string, sign: keyof typeof bounds = "signed"): string | null {
  if (!/^-?\d{1,30}$/.test(text)) return null;
  const number = BigInt(text), [least, greatest] = bounds[sign];
  return number >= least && number <= greatest ? number.toString() : null;
}

export const Bits = exactText("Bits",
  "Bits as the digits 0 and 1, the highest first, e.g. `\"0101\"`.", (text) => /^[01]{1,64}$/.test(text));

export const Bytes = exactText("Bytes", "Bytes as lower-case hexadecimal digits, e.g. `\"00ff10\"`.", isHex);

export const Uuid = exactText("UUID", "A UUID, e.g. `\"6ccd780c-baba-1026-9564-5b8c656024db\"`.",
  checkOf({ kind: "uuid", stored: "text" }));

export const Time = exactText("Time", "A time of day or a span of time, from `-838:59:59` to `838:59:59`, e.g. `\"09:30:00.000001\"`.",
  (text) => /^-?\d{2,3}:[0-5]\d:[0-5]\d(\.\d{1,6})?$/.test(text));

export const LocalDateTime = exactText("LocalDateTime",
  "What a calendar and a clock show, in no time zone, e.g. `\"2026-02-28T09:30:00.000001\"`; always this wide, so texts sort as times do.",
  checkOf({ kind: "datetime" }));

export const Json = asMade("JSON", "A JSON value. A number that a client would round is a string of its digits.");

export const GeoJson = asMade("GeoJSON",
  "A shape as a GeoJSON object (RFC 7946). Its member `crs` names the reference system, unless that is 0.");

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

/** A scalar that only answers have. Its resolver makes the value. */
function asMade(name: string, description: string): GraphQLScalarType {
  const refuse = () => {
    throw badUserInput(`a ${name} cannot be given`);
  };
  return new GraphQLScalarType({ name, description, serialize: (value) => value, parseValue: refuse, parseLiteral: refuse });
}
