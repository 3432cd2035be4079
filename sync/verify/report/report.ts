import { type Key, keyText, type Row } from "../../../schema/entity.js";
import type { Value } from "../../../schema/fields.js";

/** One thing that differs between a store and the source. */
export interface Difference {
  readonly store: string;
  readonly table: string;
  /** Set when an entry of this lookup is wrong, and not the row. */
  readonly lookup?: string;
  readonly key: Key;
  /** `ghost`: the source has no such row (or entry). */
  readonly kind: "missing" | "ghost" | "value";
  readonly field?: string;
  readonly source?: Value;
  readonly found?: Value;
  /** Why the store refused the row. It is in the dead letters, so its absence is known. */
  readonly deadLetter?: string;
  /** Why no store can have the row: one of its values does not fit the catalog's types. */
  readonly unheld?: string;
  /** Why the repair failed. */
  readonly unrepaired?: string;
}

/** What differs for one key of a store, and what the store holds: the row, or the entry; null for none. */
export interface Deviation {
  readonly key: Key;
  readonly held: Row | null;
  readonly differences: readonly Difference[];
}

export interface TableReport {
  readonly store: string;
  readonly table: string;
  /** Rows of the source, and entries of lookups that the store keeps apart from the rows. */
  rows: number;
  entries: number;
  /** Differences that dead letters do not explain. */
  differences: number;
  explained: number;
  /** Found, and gone after the repair. */
  repaired: number;
  /** Rows and entries that seemed to be missing, and changed at every look. */
  undecided: number;
}

export interface Report {
  /** No difference, explained or not, and nothing undecided. */
  readonly equal: boolean;
  readonly tables: readonly TableReport[];
  /** The first of the differences that are still there. */
  readonly differences: readonly Difference[];
  /** The first of the differences that were repaired. */
  readonly repaired: readonly Difference[];
  /** ISO 8601. */
  readonly startedAt: string;
  readonly tookMs: number;
}

/** Writes `cassandra sales_order 17: unit_price is "1.00", in MySQL "1.50"`. */
export function formatDifference(
  { store, table, lookup, key, kind, field, source, found, deadLetter, unheld, unrepaired }: Difference,
): string {
  const where = `${store} ${table} ${keyText(key)}${lookup === undefined ? "" : `, lookup ${lookup}`}`;
  const why = `${deadLetter === undefined ? "" : `, and in the dead letters: ${deadLetter}`}`
    + `${unrepaired === undefined ? "" : ` (not repaired: ${unrepaired})`}`;
  switch (kind) {
    case "missing": return `${where}: is missing${unheld === undefined ? "" : `, since no store can hold it (${unheld})`}${why}`;
    case "ghost": return `${where}: is there, and not in MySQL${why}`;
    case "value": return `${where}: ${field} is ${JSON.stringify(found)}, in MySQL ${JSON.stringify(source)}${why}`;
  }
  kind satisfies never;
}
