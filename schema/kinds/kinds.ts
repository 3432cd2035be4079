import { geometry, type GeometryType } from "./documents/geometry.js";
import { json, type JsonType } from "./documents/json.js";
import { vector, type VectorType } from "./documents/vector.js";
import type { KindOf, Value } from "./kind.js";
import { bits, type BitsType } from "./numbers/bits.js";
import { boolean, type BooleanType } from "./numbers/boolean.js";
import { decimal, type DecimalType } from "./numbers/decimal.js";
import { double, type DoubleType } from "./numbers/double.js";
import { float, type FloatType } from "./numbers/float.js";
import { int32, type Int32Type } from "./numbers/int32.js";
import { int64, type Int64Type } from "./numbers/int64.js";
import { uint64, type Uint64Type } from "./numbers/uint64.js";
import { bytes, type BytesType } from "./texts/bytes.js";
import { choice, type ChoiceType } from "./texts/choice.js";
import { set, type SetType } from "./texts/set.js";
import { string, type StringType } from "./texts/string.js";
import { uuid, type UuidType } from "./texts/uuid.js";
import { date, type DateType } from "./times/date.js";
import { datetime, type DatetimeType } from "./times/datetime.js";
import { time, type TimeType } from "./times/time.js";
import { timestamp, type TimestampType } from "./times/timestamp.js";

/** The type of a field: its kind, and what sets fields of that kind apart. It is plain data. */
export type FieldType = BooleanType | Int32Type | Int64Type | Uint64Type | DecimalType | FloatType | DoubleType | BitsType
  | StringType | BytesType | UuidType | DateType | TimeType | DatetimeType | TimestampType | ChoiceType | SetType
  | JsonType | GeometryType | VectorType;

export type FieldKind = FieldType["kind"];
export type TypeOf<K extends FieldKind> = Extract<FieldType, { readonly kind: K }>;

/** Every kind there is. A kind of `FieldType` that is missing here does not compile. */
export const kinds = {
  boolean, int32, int64, uint64, decimal, float, double, bits, string, bytes, uuid, date, time, datetime, timestamp, choice, set, json,
  geometry, vector,
} as const satisfies { readonly [K in FieldKind]: KindOf<TypeOf<K>> };

/** What a room makes of a type of each kind. Every table of kinds in Sluice is one, so a new kind does not compile until all have it. */
export type ByKind<R> = { readonly [K in FieldKind]: (type: TypeOf<K>) => R };

export function ofKind<R>(table: ByKind<R>, type: FieldType): R {
  return (table[type.kind] as (type: FieldType) => R)(type);
}

/** The same, made once for each type: a catalog's types stay, and rows ask for them again and again. */
export function madeOnce<R extends object>(make: (type: FieldType) => R): (type: FieldType) => R {
  const made = new WeakMap<FieldType, R>();
  return (type) => {
    let found = made.get(type);
    if (!found) made.set(type, found = make(type));
    return found;
  };
}

export function kindOf<T extends FieldType>({ kind }: T): KindOf<T> {
  return kinds[kind] as unknown as KindOf<T>;
}

/** The check whether something is a value of the type, in its one spelling. */
export const checkOf = madeOnce<(value: unknown) => boolean>((type) => kindOf(type).check(type));

/** Makes the text of each value whose order by code point is MySQL's order of the values, null first. Null for a kind without one. */
export function sortKeyOf(type: FieldType): ((value: Value) => string) | null {
  const of = kindOf(type).sortKey?.(type);
  return of ? (value) => (value === null ? "" : of(value)) : null;
}

/** The sort key of one value. @throws TypeError for a kind that has none */
export function sortKey(type: FieldType, value: Value): string {
  const of = sortKeyOf(type);
  if (!of) throw new TypeError(`a ${type.kind} has no sort key`);
  return of(value);
}
