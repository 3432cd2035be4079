import type { types } from "cassandra-driver";
import type { Entity, Lookup, Row } from "../../../schema/entity.js";
import type { Value } from "../../../schema/fields.js";
import type { Page } from "../../ports.js";
import { lookupName } from "../tables/names.js";
import { equal, list, quoted, tablesOf } from "../tables/tables.js";
import { encodedOrNull } from "../values/codec.js";
import { columnOf } from "../values/columns.js";
import { selectFrom } from "./select.js";

/** How pages of one lookup are read. */
export interface Listing {
  /** The query for a page and one row more, in the page's direction; null when no row can match. */
  ask(by: Value, page: Page): { readonly query: string; readonly params: readonly unknown[] } | null;
  readonly decode: (found: types.Row) => Row;
}

/**
 * Pages by key set: `(order, key...) > (?, ?)` begins in the middle of a partition at no cost, whereas an offset would read all before it.
 * An entry that is gone meanwhile still marks its place.
 */
export function listingOf(of: Entity, lookup: Lookup): Listing {
  const table = tablesOf(of).find(({ name }) => name === lookupName(of, lookup))!;
  const columns = table.clustering.map(({ column }) => column);
  const { query, decode } = selectFrom(of, table.name);
  const texts = (ascending: boolean) => {
    const order = columns.length > 0 ? ` ORDER BY ${columns.map((column) => `${quoted(column)} ${ascending ? "ASC" : "DESC"}`).join(", ")}`
      : "";
    const beyond = ` AND (${list(columns)}) ${ascending ? ">" : "<"} (${columns.map(() => "?").join(", ")})`;
    const from = `${query} WHERE ${equal(table.partition)}`;
    return { first: `${from}${order} LIMIT ?`, next: `${from}${beyond}${order} LIMIT ?` };
  };
  const ascending = texts(true);
  const descending = texts(false);

  const encodeBy = columnOf(of, lookup.by).encodeKey;
  /** Each field with its place in an `entryOf`: the `orderBy` value, then the key. */
  const places = table.place.slice(1).map((field) => ({
    at: field === lookup.orderBy ? 0 : 1 + of.key.indexOf(field),
    encode: columnOf(of, field).encodeKey,
  }));

  return {
    decode,
    ask(by, { limit, from, backward }) {
      const start = encodedOrNull(() => encodeBy(by));
      if (!start || (from && columns.length === 0)) return null;
      const text = (lookup.direction === "asc") !== backward ? ascending : descending;
      if (!from) return { query: text.first, params: [start, limit + 1] };
      return { query: text.next, params: [start, ...places.map(({ at, encode }) => encode(from[at])), limit + 1] };
    },
  };
}
