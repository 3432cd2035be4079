import type { FieldType, Value } from "../../schema/fields.js";
import type { Present } from "../../schema/kinds/kind.js";
import { type ByKind, checkOf, madeOnce, ofKind, sortKeyOf } from "../../schema/kinds/kinds.js";
import { setMembers } from "../../schema/kinds/texts/set.js";

/** A field of an index, as far as this store uses it. */
export interface Property {
  readonly type?: string;
  readonly format?: string;
  readonly ignore_above?: number;
  readonly index?: boolean;
  readonly doc_values?: boolean;
  readonly enabled?: boolean;
  readonly fields?: Readonly<Record<string, Property>>;
}

/** What else than reading a field serves: lists, scopes and keys compare it exactly, or searches look into it. */
export interface Use {
  readonly isCompared: boolean;
  readonly isSearched: boolean;
}

/** How Elasticsearch keeps the values of a type. `_source` has them exactly, numbers beyond 2^53 as texts. */
export interface Held {
  readonly property: (use: Use) => Property;
  /** Writes the JSON text of a value; null if it is not of the type: Elasticsearch would silently make a long of "1.5" as a string. */
  readonly write: (value: Present) => string | null;
  /** Reads what `_source` has, which may have been written while the column was of a narrower type. */
  readonly read: (value: unknown) => Value;
  /** Makes what sorts as MySQL does, where no type of this store does. It stands in a field of its own, `orderField`. */
  readonly order: ((value: Value) => string) | null;
}

export const heldAs = madeOnce<Held>((type) => ofKind(held, type));

// Terms longer than 32,766 bytes make Lucene refuse the document; this many characters never reach that.
const longestTerm = 8191;

const asIs = (value: unknown): Value => value as Value;
const quoted = (value: Present): string => JSON.stringify(value);
const plain = (type: string) => (): Property => ({ type });
const keyword = ({ isCompared }: Use): Property => (isCompared ? { type: "keyword" } : { type: "keyword", ignore_above: longestTerm });
/** It is read as it is, and neither searched nor sorted by. */
const unindexed = (): Property => ({ type: "keyword", index: false, doc_values: false });
/** The date has milliseconds only, so what is compared exactly is a text. `strict_date` would take 30 February for another day. */
const date = ({ isCompared }: Use): Property =>
  ({ type: "date", format: "strict_date_optional_time", ...(isCompared && { fields: { exact: { type: "keyword" } } }) });

function kept(type: FieldType, property: Held["property"], write: (value: Present) => string = quoted): Held {
  const check = checkOf(type);
  return { property, write: (value) => (check(value) ? write(value) : null), read: asIs, order: null };
}

function text(fits: (text: string) => boolean, property: Held["property"]): Held {
  return { property, write: (value) => (typeof value === "string" && fits(value) ? `"${value}"` : null), read: asIs, order: null };
}

const anyText = (property: Held["property"]): Held =>
  ({ property, write: (value) => (typeof value === "string" ? JSON.stringify(value) : null), read: asIs, order: null });

const sorted = (type: FieldType, kept: Held): Held => ({ ...kept, order: sortKeyOf(type) });

/** A date that no calendar has is no date to Elasticsearch either. */
const dated = (type: FieldType & { readonly zeros?: unknown }, usual: Held): Held => (type.zeros === "text" ? kept(type, keyword) : usual);

const held: ByKind<Held> = {
  boolean: () => ({
    property: plain("boolean"), write: (value) => (typeof value === "boolean" ? String(value) : null), read: asIs, order: null,
  }),
  // Also a long, so that a column that becomes BIGINT needs no new index.
  int32: () => ({
    property: plain("long"), order: null, write: (value) => (Number.isSafeInteger(value) ? String(value) : null),
    read: (value) => (typeof value === "string" ? Number(value) : asIs(value)),
  }),
  int64: () => ({ ...text(isInt64, plain("long")), read: (value) => (typeof value === "number" ? String(value) : asIs(value)) }),
  // Not every Elasticsearch has `unsigned_long`, and a keyword is as exact.
  uint64: (type) => sorted(type, kept(type, plain("keyword"))),
  decimal: ({ precision, scale }) => {
    const form = new RegExp(`^-?\\d{1,${Math.max(1, precision - scale)}}${scale > 0 ? `\\.\\d{${scale}}` : ""}$`);
    return text((value) => form.test(value), plain("double"));
  },
  float: (type) => kept(type, plain("float"), String),
  double: (type) => kept(type, plain("double"), String),
  bits: (type) => kept(type, keyword),
  string: () => anyText(({ isCompared, isSearched }) => (isSearched && !isCompared ? unindexed() : keyword({ isCompared, isSearched }))),
  bytes: (type) => kept(type, keyword),
  uuid: (type) => (type.stored === "swapped" ? sorted(type, kept(type, keyword)) : kept(type, keyword)),
  date: (type) => dated(type, text((value) => /^\d{4}-\d\d-\d\d$/.test(value), date)),
  time: (type) => sorted(type, kept(type, keyword)),
  datetime: (type) => dated(type, kept(type, date)),
  timestamp: (type) => dated(type, text((value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(value), date)),
  choice: () => anyText(plain("keyword")),
  set: (type) => sorted(type, {
    ...kept(type, keyword, (value) => JSON.stringify(setMembers(String(value)))),
    read: (value) => (Array.isArray(value) ? value.join(",") : asIs(value)),
  }),
  json: (type) => kept(type, unindexed),
  geometry: (type) => kept(type, unindexed),
  vector: (type) => kept(type, unindexed),
};

/** Whether this text is a 64-bit signed integer. */
function isInt64(text: string): boolean {
  if (!/^-?\d{1,19}$/.test(text)) return false;
  return text.length < 19 || BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}
