import type { Change, Rejection } from "../../schema/change.js";
import { type Entity, type Key, keyOf, type Row } from "../../schema/entity.js";
import type { Version } from "../../schema/position.js";
import type { Bound, Connection, Statement } from "./file/connection.js";
import { isUnheld } from "./file/errors.js";
import { codecOf, decodeFields } from "./tables/codec.js";
import { indexed, learnSql } from "./tables/fill-search.js";
import { column, columnList, rowidColumn, rowidField, searchTable, table, versionColumn } from "./tables/tables.js";

/** A statement to run with these values before the transaction ends. */
export type Later = readonly [Statement, readonly Bound[]];

/**
 * Applies one change within the open transaction. Returns a rejection if the change cannot be stored.
 * What the search index must learn goes into `later`. FTS5 writes its words out whenever another statement opens a savepoint, so row by row
 * it would cost five times as much.
 */
export type Apply = (change: Change, later: Later[]) => Rejection | null;

export function applierOf(db: Connection, of: Entity): Apply {
  const codec = codecOf(of);
  const [put, remove] = [putting(db, of), removing(db, of)];
  return (change, later) => {
    const { entity, key, version, after } = change;
    try {
      const encoded = codec.encodeKey(key);
      const row: Target = { key: encoded, tombstone: tombstoneOf(key, encoded), version };
      if (after) put(row, after, later);
      else remove(row, later);
      return null;
    } catch (error) {
      if (!isUnheld(error)) throw error;
      // No row can have a key that cannot be encoded, so its delete has nothing to do.
      return after === null ? null : { entity, key, version, reason: error.message, change };
    }
  };
}

interface Target {
  readonly key: readonly Bound[];
  /** The key as tombstones have it. */
  readonly tombstone: Bound;
  readonly version: Version;
}

/** Invariant 4: neither a row nor a tombstone gives way to an older version. */
function putting(db: Connection, of: Entity): (row: Target, after: Row, later: Later[]) => void {
  const codec = codecOf(of);
  const fields = Object.keys(of.fields);
  const version = `?${fields.length + 1}`;
  const changing = [...fields.filter((name) => !of.key.includes(name)).map(column), versionColumn];
  const upsert = db.statement(`INSERT INTO ${table(of)} (${columnList(of)}, ${versionColumn})
    SELECT ${fields.map((_, i) => `?${i + 1}`).join(", ")}, ${version}
    WHERE NOT EXISTS (
      SELECT 1 FROM sluice_tombstone WHERE entity = ${text(of.table)} AND key = ?${fields.length + 2} AND version >= ${version}
    )
    ON CONFLICT (${of.key.map(column).join(", ")}) DO UPDATE SET ${changing.map((name) => `${name} = excluded.${name}`).join(", ")}
    WHERE excluded.${versionColumn} > ${table(of)}.${versionColumn}`);
  if (of.search.length === 0) return (row, after) => void upsert.run([...codec.encode(after), row.version, row.tombstone]);

  const { older, learn } = indexing(db, of);
  const places = of.search.map((name) => fields.indexOf(name));
  const isRowid = rowidField(of) !== null;
  return (row, after, later) => {
    const values = codec.encode(after);
    const before = older.first([...row.key, row.version]);
    const { changes, rowid } = upsert.run([...values, row.version, row.tombstone]);
    if (changes === 0) return;
    if (before && places.every((place, i) => values[place] === before[i + 1])) return;
    later.push([learn, [before ? before[0]! : isRowid ? row.key[0]! : rowid, ...indexed(of, after)]]);
  };
}

function removing(db: Connection, of: Entity): (row: Target, later: Later[]) => void {
  const remove = db.statement(`DELETE FROM ${table(of)} WHERE ${ofKeyOlder(of)}`);
  const bury = burying(db, of);
  const index = of.search.length === 0 ? null : indexing(db, of);
  return ({ key, tombstone, version }, later) => {
    const before = index?.older.first([...key, version]);
    if (index && before) later.push([index.forget, [before[0]!]]);
    remove.run([...key, version]);
    bury.run([tombstone, version]);
  };
}

/**
 * `older` gives the rowid and texts of a key's row if it is older. `forget` takes a rowid.
 * `learn` takes a rowid and what `indexed` gives, which replaces what the index had.
 */
function indexing(db: Connection, of: Entity): Readonly<Record<"older" | "forget" | "learn", Statement>> {
  const columns = of.search.map(column).join(", ");
  return {
    older: db.statement(`SELECT ${rowidColumn(of)}, ${columns} FROM ${table(of)} WHERE ${ofKeyOlder(of)}`),
    forget: db.statement(`DELETE FROM ${searchTable(of)} WHERE rowid = ?`),
    learn: db.statement(learnSql(of, searchTable(of))),
  };
}

const ofKeyOlder = (of: Entity): string => [...of.key.map((name) => `${column(name)} = ?`), `${versionColumn} < ?`].join(" AND ");

function burying(db: Connection, of: Entity): Statement {
  return db.statement(`INSERT INTO sluice_tombstone (entity, key, version) VALUES (${text(of.table)}, ?, ?)
    ON CONFLICT (entity, key) DO UPDATE SET version = excluded.version WHERE excluded.version > version`);
}

/** A text within SQL. */
function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

function tombstoneOf(key: Key, encoded: readonly Bound[]): Bound {
  return encoded.length === 1 ? encoded[0]! : JSON.stringify(key);
}

/**
 * Removes every row that fulfils a condition, with its words, and remembers that nothing of this
 * version or older may bring it back (invariant 4).
 */
export function removeWhere(db: Connection, of: Entity, condition: string, values: readonly Bound[], version: Version): void {
  const bury = burying(db, of);
  for (const encoded of db.statement(`SELECT ${of.key.map(column).join(", ")} FROM ${table(of)} WHERE ${condition}`).all(values)) {
    bury.run([tombstoneOf(keyOf(of, decodeFields(of, of.key, encoded)), encoded), version]);
  }
  if (of.search.length > 0)
    db.statement(`DELETE FROM ${searchTable(of)} WHERE rowid IN (SELECT ${rowidColumn(of)} FROM ${table(of)} WHERE ${condition})`).run(
      values,
    );
  db.statement(`DELETE FROM ${table(of)} WHERE ${condition}`).run(values);
}
