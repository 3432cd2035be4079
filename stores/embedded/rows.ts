import type { Entity, Lookup } from "../../schema/entity.js";
import type { RowStore } from "../ports.js";
import type { Bound, Connection } from "./file/connection.js";
import { isUnheld } from "./file/errors.js";
import { codecOf, encodeValue } from "./tables/codec.js";
import { column, columnList, orderOf, table } from "./tables/tables.js";

export function rowStoreOf(db: Connection): RowStore {
  return {
    async get(of, keys) {
      const codec = codecOf(of);
      return db.attempt(`reading ${of.table}`, () => {
        const one = db.statement(
          `SELECT ${columnList(of)} FROM ${table(of)} WHERE ${of.key.map((name) => `${column(name)} = ?`).join(" AND ")}`,
        );
        return keys.map((key) => {
          const values = unlessUnheld(() => codec.encodeKey(key));
          const found = values && one.first(values);
          return found ? codec.decode(found) : null;
        });
      });
    },
    async list(of, lookup, by, { limit, from, backward }) {
      const codec = codecOf(of);
      return db.attempt(`listing ${of.table} by ${lookup.by}`, () => {
        const values = unlessUnheld(() => [
          encodeValue(lookup.by, of.fields[lookup.by]!, by),
          ...(from ? placeOf(of, lookup, from) : []),
        ]);
        if (!values) return { rows: [], more: false };
        const found = db.statement(pageOf(of, lookup, from !== null, backward)).all([...values, limit + 1]);
        const rows = found.slice(0, limit).map((row) => codec.decode(row));
        return { rows: backward ? rows.reverse() : rows, more: found.length > limit };
      });
    },
  };
}

/** Null for a value that no row can hold, so no row has it. */
function unlessUnheld<T>(encode: () => T): T | null {
  try {
    return encode();
  } catch (error) {
    if (isUnheld(error)) return null;
    throw error;
  }
}

/** The place of an entry (orderBy, ...key); a field that is in it twice is compared once. */
function placeOf(of: Entity, lookup: Lookup, entry: readonly unknown[]): Bound[] {
  const names = [lookup.orderBy, ...of.key];
  return orderOf(of, lookup).map((name) => encodeValue(name, of.fields[name]!, (entry[names.indexOf(name)] ?? null) as never));
}

function pageOf(of: Entity, lookup: Lookup, continued: boolean, backward: boolean): string {
  const order = orderOf(of, lookup).map(column);
  const ascending = (lookup.direction === "asc") !== backward;
  const beyond = continued ? `AND (${order.join(", ")}) ${ascending ? ">" : "<"} (${order.map(() => "?").join(", ")})` : "";
  return `SELECT ${columnList(of)} FROM ${table(of)} WHERE ${column(lookup.by)} = ? ${beyond}
    ORDER BY ${order.map((name) => `${name} ${ascending ? "ASC" : "DESC"}`).join(", ")} LIMIT ?`;
}
