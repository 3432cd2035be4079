import { type Key, keyText } from "../../schema/entity.js";
import type { Value } from "../../schema/fields.js";

/** One thing a store has otherwise than the source. */
export interface Difference {
  readonly store: string;
  readonly table: string;
  /** Set when it is an entry of this lookup that is wrong, and not the row. */
  readonly lookup?: string;
  readonly key: Key;
  /** `ghost`: the source has no such row (or entry). */
  readonly kind: "missing" | "ghost" | "value";
  readonly field?: string;
  readonly source?: Value;
  readonly found?: Value;
  /** Why the store refused the row: it is in the dead letters, so that it is missing is known. */
  readonly deadLetter?: string;
}

export interface TableReport {
  readonly store: string;
  readonly table: string;
  /** Rows of the source, and entries of lookups kept apart from the rows in the store. */
  rows: number;
  entries: number;
  /** Not explained by dead letters. */
  differences: number;
  explained: number;
  /** Entries of rows that moved within their lookup whenever they were looked at. */
  undecided: number;
}

export interface Report {
  /** No difference, explained or not, and nothing undecided. */
  readonly equal: boolean;
  readonly tables: readonly TableReport[];
  /** The first of them. */
  readonly differences: readonly Difference[];
  /** ISO 8601. */
  readonly startedAt: string;
  readonly tookMs: number;
}

/** `cassandra sales_order 17: unit_price is "1.00", in MySQL "1.50"`. */
export function formatDifference({ store, table, lookup, key, kind, field, source, found, deadLetter }: Difference): string {
  const where = `${store} ${table} ${keyText(key)}${lookup === undefined ? "" : `, lookup ${lookup}`}`;
  switch (kind) {
    case "missing": return `${where}: is missing${deadLetter === undefined ? "" : `, and in the dead letters: ${deadLetter}`}`;
    case "ghost": return `${where}: is there, and not in MySQL`;
    case "value": return `${where}: ${field} is ${JSON.stringify(found)}, in MySQL ${JSON.stringify(source)}`;
  }
  kind satisfies never;
}
