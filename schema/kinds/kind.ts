/** A value of a field in a `Row`. */
export type Value = string | number | boolean | null;
export type Present = Exclude<Value, null>;

/** What Sluice knows of one kind of field, apart from MySQL and from every store. */
export interface KindOf<T> {
  /** What a value is, for the reference pages. */
  readonly value: string;
  /** The MySQL columns whose values are of this kind. */
  readonly columns: string;
  readonly type: T;
  /** A value of `type`. A person who writes one as JSON looks at it. */
  readonly example: Present;
  /** Makes the check whether something is a value of the type, in its one spelling: two spellings of a value would be two keys. */
  check(type: T): (value: unknown) => boolean;
  /**
   * Makes the text whose order by code point is the order MySQL gives the values. Null for kinds that MySQL orders by a collation,
   * or by rules of its own.
   */
  readonly sortKey: ((type: T) => (value: Present) => string) | null;
}

/** Writes whole digits of one width, so that their order as text is the order of the numbers: those below zero stand complemented. */
export function orderedDigits(digits: string, width: number): string {
  if (!digits.startsWith("-")) return `1${digits.padStart(width, "0")}`;
  return `0${digits.slice(1).padStart(width, "0").replace(/\d/g, (digit) => String(9 - Number(digit)))}`;
}

/** All whole numbers share a width, so that a column that is widened keeps its sort keys. */
export const wholeDigits = 20;

/** Whether a text is whole bytes as lower-case hexadecimal digits. */
export function isHex(value: unknown): value is string {
  return typeof value === "string" && value.length % 2 === 0 && !/[^0-9a-f]/.test(value);
}

export const asText = () => (value: Present): string => String(value);
