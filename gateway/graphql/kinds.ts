import type { GraphQLScalarType } from "graphql";
import { Float, ID, Int } from "type-graphql";
import type { FieldType, Value } from "../../schema/fields.js";
import type { Present } from "../../schema/kinds/kind.js";
import { type ByKind, checkOf, ofKind } from "../../schema/kinds/kinds.js";
import { shortestFloat } from "../../schema/kinds/numbers/float.js";
import { setMembers } from "../../schema/kinds/texts/set.js";
import { geoJson } from "./geo-json.js";
import { exactNumbers } from "./json-numbers.js";
import { jsonAt } from "./json-path.js";
import {
  Bits, Bytes, CalendarDate, Decimal, GeoJson, Json, LocalDateTime, Long, Time, Timestamp, Uuid, wholeNumber,
} from "./scalars.js";

type Scalar = GraphQLScalarType | StringConstructor | BooleanConstructor;

/** How the API shows the values of a type. */
export interface Shown {
  /** The type of a field: `enum` is an enumeration of the type's own values. */
  readonly scalar: Scalar | "enum";
  readonly isList?: true;
  /** Makes what the API gives of a value; where there is none, the value itself. `path` is an argument of the field. */
  readonly show?: (value: Present, path?: string | null) => unknown;
  /** The type of an argument that is part of a key. */
  readonly argument: Scalar;
  /** Reads such an argument in the one spelling of the type. Null when it can be no value of it. */
  readonly read: (given: Present) => string | number | null;
}

export function shownAs(type: FieldType): Shown {
  return ofKind(shown, type);
}

/** A date that no calendar has is no Date. */
type Dated = FieldType & { readonly zeros?: unknown };

const asText = (given: Present): string => String(given);
const lower = (type: FieldType): Shown["read"] => checkedBy(type, (given) => String(given).toLowerCase());

function checkedBy(type: FieldType, spelt: (given: Present) => string | number): Shown["read"] {
  const check = checkOf(type);
  return (given) => (check(spelt(given)) ? spelt(given) : null);
}

const dated = (type: Dated, scalar: Scalar): Shown => ({ scalar: type.zeros === "text" ? String : scalar, argument: String, read: asText });

const shown: ByKind<Shown> = {
  boolean: () => ({ scalar: Boolean, argument: Boolean, read: asText }),
  int32: () => ({ scalar: Int, argument: Int, read: Number }),
  int64: () => ({ scalar: Long, argument: ID, read: (given) => wholeNumber(String(given)) }),
  uint64: () => ({ scalar: Long, argument: ID, read: (given) => wholeNumber(String(given), "unsigned") }),
  decimal: () => ({ scalar: Decimal, argument: String, read: asText }),
  float: (type) => ({ scalar: Float, argument: Float, read: checkedBy(type, (given) => shortestFloat(Math.fround(Number(given)))) }),
  double: (type) => ({ scalar: Float, argument: Float, read: checkedBy(type, (given) => Number(given) + 0) }),
  bits: (type) => ({ scalar: Bits, argument: String, read: checkedBy(type, asText) }),
  string: () => ({ scalar: String, argument: String, read: asText }),
  bytes: (type) => ({ scalar: Bytes, argument: String, read: lower(type) }),
  uuid: (type) => ({ scalar: Uuid, argument: String, read: type.stored === "text" ? asText : lower(type) }),
  date: (type) => dated(type, CalendarDate),
  time: (type) => ({ scalar: Time, argument: String, read: checkedBy(type, asText) }),
  datetime: (type) => dated(type, LocalDateTime),
  timestamp: (type) => dated(type, Timestamp),
  choice: () => ({ scalar: "enum", argument: String, read: asText }),
  set: () => ({ scalar: "enum", isList: true, show: (value) => setMembers(String(value)), argument: String, read: asText }),
  json: () => ({ scalar: Json, show: (value, path) => documentAt(String(value), path ?? null), argument: String, read: asText }),
  geometry: () => ({ scalar: GeoJson, show: (value) => geoJson(String(value)), argument: String, read: asText }),
  vector: () => ({ scalar: Float, isList: true, show: (value) => numbersOf(String(value)), argument: String, read: asText }),
};

function documentAt(text: string, path: string | null): unknown {
  const document = exactNumbers(text);
  return path === null ? document : jsonAt(document, path);
}

function numbersOf(hex: string): readonly number[] {
  const bytes = Buffer.from(hex, "hex");
  return Array.from({ length: bytes.length / 4 }, (_, i) => shortestFloat(bytes.readFloatLE(4 * i)));
}

/** The resolver of a column: what the API gives of its value in a row. */
export function columnReader(column: string, type: FieldType): (row: Readonly<Record<string, Value>>) => unknown {
  const { show } = shownAs(type);
  if (!show) return (row) => row[column];
  return (row) => {
    const value = row[column] ?? null;
    return value === null ? null : show(value);
  };
}
