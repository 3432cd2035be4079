import { escape } from "mysql2";
import type { Field, FieldKind } from "../../../schema/fields.js";
import { type ByKind, checkOf, ofKind } from "../../../schema/kinds/kinds.js";
import { choiceIndex } from "../../../schema/kinds/texts/choice.js";
import { setMask } from "../../../schema/kinds/texts/set.js";
import { uuidBytes } from "../../../schema/kinds/texts/uuid.js";
import type { Zeros } from "../../../schema/kinds/times/calendar.js";

/** How a key column is compared with values: an expression over the column, and the literals it is compared with. */
export interface Compared {
  readonly column: string;
  /** @throws Error for a part of a numeric column that is no number */
  readonly of: (part: string | number) => string;
  /** The condition for what comes after a value, where it is not `column > of(part)`. */
  readonly above?: (part: string | number) => string;
  /** What rows are ordered by. */
  readonly order: string;
}

/**
 * Writes a key's values as literals of the column's own type: MySQL would compare a number in quotes as a floating point number, and an
 * ENUM with a text by the text, although it orders it by its number. Only a list of members is found through the index of an ENUM.
 */
export function literal({ type }: Field, column: string): Compared {
  const { column: expression = column, of, above, order = column } = ofKind<Literals>(literals(column), type);
  const check = checkOf(type);
  return {
    column: expression,
    order,
    of(part) {
      const text = part === "true" ? "1" : part === "false" ? "0" : String(part);
      // A range may end beyond the type, and a dead letter names a key that the type cannot hold as MySQL prints it.
      if (numeric.has(type.kind)) return number(text);
      return check(part) ? of(text) : escape(text);
    },
    ...(above && { above }),
  };
}

const numeric: ReadonlySet<FieldKind> = new Set(["boolean", "int32", "int64", "uint64", "decimal"]);

/** A key may come from a store, where anything may have written it, so nothing of another form reaches a statement. */
function number(text: string): string {
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new Error(`"${text}" is not a number, so it is no key of this table`);
  return text;
}

interface Literals {
  readonly column?: string;
  readonly of: (text: string) => string;
  readonly above?: (part: string | number) => string;
  readonly order?: string;
}

function literals(column: string): ByKind<Literals> {
  const asIs = () => ({ of: number });
  const asText = () => ({ of: (text: string) => escape(text) });
  const asBytes = () => ({ of: (text: string) => `x'${text}'` });
  /** No literal of a date or time has a day that is in no calendar. Compared as numbers they keep their order. */
  const dated = ({ zeros }: Zeros, of: (text: string) => string) => (zeros === "text" ? {
    column: `(${column} + 0)`, of: (text: string) => text.replace(/[-:TZ]/g, ""),
  } : { of });
  const moment = (type: Zeros) => dated(type, (text) => `TIMESTAMP'${text.replace("T", " ").replace("Z", "")}'`);
  return {
    boolean: asIs,
    int32: asIs,
    int64: asIs,
    uint64: asIs,
    decimal: asIs,
    float: () => ({ of: (text) => asDouble(Math.fround(Number(text))) }),
    double: () => ({ of: (text) => asDouble(Number(text)) }),
    bits: () => ({ of: (text) => BigInt(`0b${text}`).toString() }),
    string: asText,
    bytes: asBytes,
    uuid: ({ stored }) => ({ of: (text) => (stored === "text" ? escape(text) : `x'${uuidBytes(stored, text)}'`) }),
    date: (type) => dated(type, escape),
    time: () => ({ of: (text) => `TIME'${text}'` }),
    datetime: moment,
    timestamp: moment,
    choice: ({ values }) => ({
      // The empty text that is no member has the number 0, and no other name.
      of: (text) => (choiceIndex(values, text) === 0 ? "0" : escape(text)),
      above(part) {
        const members = values.slice(choiceIndex(values, String(part)));
        return members.length === 0 ? "FALSE" : `${column} IN (${members.map((member) => escape(member)).join(", ")})`;
      },
    }),
    // An index takes the 64th member for 2^63, and a sort for the sign. So rows are ordered by the number that is meant.
    set({ values }) {
      const order = values.length === 64 ? `CAST(${column} AS SIGNED)` : column;
      return { of: escape, order, above: (part) => `${order} > ${setMask(values, String(part))}` };
    },
    json: asText,
    geometry: asBytes,
    vector: asBytes,
  };
}

/** A number with an exponent is a floating point number to MySQL; one without would be a DECIMAL. */
function asDouble(value: number): string {
  const text = String(value);
  return text.includes("e") ? text : `${text}e0`;
}
