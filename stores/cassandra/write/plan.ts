import type { Change } from "../../../schema/change.js";
import type { Entity, Row } from "../../../schema/entity.js";
import { Unheld } from "../../../schema/unheld.js";
import { type EntityTable, insertInto, removeFrom, tablesOf } from "../tables/tables.js";
import { type Bytes, bigintBytes, encodedOrNull } from "../values/codec.js";
import { columnOf } from "../values/columns.js";

/** One statement of a change. */
export interface Write {
  readonly query: string;
  readonly params: readonly Bytes[];
  readonly change: Change;
  /** Whether it goes last, because the row is found by it. */
  readonly isLast?: boolean;
  /** Equal for writes to one partition of one table; null when every row is a partition of its own. */
  readonly partition: string | null;
}

/**
 * Compiles an entity to a function that plans a change: it adds the statements to `writes`,
 * and returns null, or why the row cannot be held.
 * Every statement has the change's version as its timestamp, so Cassandra keeps the newest whatever comes last. At equal stamps a delete
 * wins, but no change both writes and deletes one entry (invariant 4).
 * Cassandra remembers deletes for `gc_grace_seconds`, ten days unless a table says otherwise: a replay must not begin further back.
 */
export function plannerOf(of: Entity): (change: Change, writes: Write[]) => string | null {
  const [rows, ...lookups] = tablesOf(of).map((table) => compile(of, table)) as [Compiled, ...Compiled[]];
  const encode = rowEncoder(of);

  return (change, writes) => {
    const { before, after } = change;
    const version = bigintBytes(change.version);
    let unheld: string | null = null;

    if (after) {
      const params = encode(after, version);
      if (typeof params === "string") unheld = params;
      else {
        writes.push({ query: rows.insert, params, change, partition: null });
        for (const { insert, name, by } of lookups) {
          if (after[by] !== null) writes.push({ query: insert, params, change, partition: `${name} ${after[by]}` });
        }
      }
    } else {
      const key = rows.place(Object.fromEntries(of.key.map((name, i) => [name, change.key[i]!])), version);
      if (key) writes.push({ query: rows.remove, params: key, change, partition: null });
    }
    if (!before) return unheld;

    // Removes the entry at the row's old place, unless the row still stands there. It does so also for an unheld new row.
    // The next change will have that row as its before image, and so could not name this entry any more.
    for (const { remove, name, by, place, placing } of lookups) {
      if (before[by] === null || (after && placing.every((field) => after[field] === before[field]))) continue;
      const params = place(before, version);
      if (params) writes.push({
        query: remove, params, change, partition: `${name} ${before[by]}`, isLast: change.foundBy?.includes(by) ?? false,
      });
    }
    return unheld;
  };
}

interface Compiled {
  readonly name: string;
  readonly insert: string;
  readonly remove: string;
  /** The first field of the partition key; a lookup's table has only one. */
  readonly by: string;
  readonly placing: readonly string[];
  /** The parameters of `remove`; null for a row that could never be written, so there is nothing to remove. */
  readonly place: (row: Row, version: Buffer) => readonly Bytes[] | null;
}

function compile(of: Entity, table: EntityTable): Compiled {
  const placing = table.place;
  const encoders = placing.map((field) => columnOf(of, field).encodeKey);
  return {
    name: table.name,
    insert: insertInto(table),
    remove: removeFrom(table),
    by: placing[0]!,
    placing,
    place(row, version) {
      return encodedOrNull(() => [version, ...placing.map((field, i) => encoders[i]!(row[field]))]);
    },
  };
}

/** Makes the parameters of every `insert` of the entity, which all its tables share, or says why there are none. */
function rowEncoder(of: Entity): (row: Row, version: Buffer) => readonly Bytes[] | string {
  const names = Object.keys(of.fields);
  const always = new Set([...of.key, ...of.lookups.map(({ orderBy }) => orderBy)]);
  const encoders = names.map((name) => {
    const { encode, encodeKey } = columnOf(of, name);
    return always.has(name) ? encodeKey : encode;
  });
  return (row, version) => {
    const params = new Array<Bytes>(names.length + 2);
    for (let i = 0; i < names.length; i++) {
      try {
        params[i] = encoders[i]!(row[names[i]!]);
      } catch (error) {
        if (error instanceof Unheld) return `${names[i]}: ${error.message}`;
        throw error;
      }
    }
    params[names.length] = version;
    params[names.length + 1] = version;
    return params;
  };
}
