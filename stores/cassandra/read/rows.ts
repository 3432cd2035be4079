import type { types } from "cassandra-driver";
import { inParallel } from "../../../runtime/parallel.js";
import type { Entity, Key, Lookup, Row } from "../../../schema/entity.js";
import { type RowStore, StoreRefusal } from "../../ports.js";
import type { Session } from "../connection/session.js";
import { Invalid } from "../errors.js";
import { columnName, tableName } from "../tables/names.js";
import { equal } from "../tables/tables.js";
import { type Bytes, encodedOrNull } from "../values/codec.js";
import { columnOf } from "../values/columns.js";
import { type Listing, listingOf } from "./listing.js";
import { selectFrom } from "./select.js";

/** Reads rows by key, and pages of lookups. Every request reads one partition. */
export function rowsIn(session: Session): RowStore {
  const byKey = new WeakMap<Entity, ByKey>();
  const byLookup = new WeakMap<Lookup, Listing>();

  return {
    // It reads rows one by one, side by side: with `IN`, one coordinator would fetch them all.
    async get(of, keys) {
      const { query, encode, decode } = remembered(byKey, of, () => byKeyOf(of));
      return inParallel(keys, 256, async (key) => {
        const params = encode(key);
        const found = params && (await read(session, of, () => session.execute(query, params))).first();
        return found ? decode(found) : null;
      });
    },

    async list(of, lookup, by, page) {
      const listing = remembered(byLookup, lookup, () => listingOf(of, lookup));
      const asked = listing.ask(by, page);
      if (!asked) return { rows: [], more: false };

      const found: types.Row[] = [];
      await read(session, of, async () => {
        // A page that met tombstones may come short, with the rest behind it.
        for await (const piece of session.pages(asked.query, asked.params, page.limit + 1)) found.push(...piece);
      });
      const rows = found.slice(0, page.limit).map(listing.decode);
      return { rows: page.backward ? rows.reverse() : rows, more: found.length > page.limit };
    },
  };
}

interface ByKey {
  readonly query: string;
  /** Null for a key that no row can have. */
  readonly encode: (key: Key) => readonly Bytes[] | null;
  readonly decode: (found: types.Row) => Row;
}

function byKeyOf(of: Entity): ByKey {
  const encoders = of.key.map((name) => columnOf(of, name).encodeKey);
  const { query, decode } = selectFrom(of, tableName(of));
  return {
    query: `${query} WHERE ${equal(of.key.map(columnName))}`,
    encode: (key) => encodedOrNull(() => encoders.map((encode, i) => encode(key[i]))),
    decode,
  };
}

/** Runs a read. The server refuses one only if a table or column is absent. */
export async function read<T>(session: Session, of: Entity, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    throw new StoreRefusal(
      session.place, `${of.table} cannot be read: ${error.message}`, "start sync, which creates and widens the tables",
    );
  }
}

function remembered<K extends object, V>(known: WeakMap<K, V>, key: K, make: () => V): V {
  let value = known.get(key);
  if (value === undefined) known.set(key, (value = make()));
  return value;
}
