import { setImmediate } from "node:timers/promises";
import type { Catalog } from "../../schema/catalog.js";
import type { Rejection } from "../../schema/change.js";
import { type Entity, lookupTable } from "../../schema/entity.js";
import { heldVersion, type Version } from "../../schema/position.js";
import { Replaced, type TableSink, type Writer } from "../ports.js";
import type { Connection } from "./file/connection.js";
import { isUnprepared } from "./file/errors.js";
import { readGeneration, storeGeneration } from "./generation.js";
import { rowsHolding } from "./holding.js";
import { deadLettersOf } from "./letters.js";
import { KnownProgress } from "./progress.js";
import { prepareTables } from "./tables/prepare.js";
import { tableName } from "./tables/names.js";
import { greatestRowid, index, leastRowid, rowidColumn, table, versionColumn } from "./tables/tables.js";
import { type Apply, applierOf, type Later, removeWhere } from "./writer.js";

/**
 * How long a tombstone outlives the stored position, in microseconds of version. Its own
 * pipeline reads nothing older than the position again.
 * The day is for a second pipeline that runs behind.
 */
const tombstoneLife = 86_400_000_000;
const purgedAtOnce = 1000;
const sweptAtOnce = 5000;

export function sinkOf(db: Connection, name: string): TableSink {
  const known = new KnownProgress();
  const lacking = (entities: readonly Entity[]) =>
    entities.filter((of) => !db.statement("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").first([tableName(of)]));
  /** Runs `body`. A table that a person dropped is no defect. @throws Replaced */
  const attempt = <T>(what: string, tables: () => readonly Entity[], body: () => T): T => db.attempt(what, () => {
    try {
      return body();
    } catch (error) {
      const lost = isUnprepared(error) ? lacking([...new Set(tables())]) : [];
      throw lost.length > 0 ? new Replaced(`${db.file} has lost ${lost.map(({ table }) => table).join(", ")}`) : error;
    }
  });

  const writerFor = (catalog: Catalog): Writer => {
    const appliers = new Map<string, Apply>();
    const applierTo = (entity: string): Apply => {
      let apply = appliers.get(entity);
      if (!apply) appliers.set(entity, apply = applierOf(db, catalog.entity(entity)));
      return apply;
    };
    return {
      async write(changes, signal) {
        signal.throwIfAborted();
        return attempt("writing", () => changes.map((change) => catalog.entity(change.entity)), () => db.transaction("write", () => {
          const rejections: Rejection[] = [];
          const later: Later[] = [];
          for (const change of changes) {
            const rejection = applierTo(change.entity)(change, later);
            if (rejection) rejections.push(rejection);
          }
          for (const [statement, values] of later) statement.run(values);
          return rejections;
        }));
      },
    };
  };

  return {
    name,
    shape: "table",
    lingerMs: 0,
    async absent(entities) {
      return db.attempt("looking for tables", () => lacking(entities));
    },
    async prepare(catalog) {
      await prepareTables(db, catalog.entities);
      return writerFor(catalog);
    },
    /** Sweeps in pieces, each its own transaction, so that neither readers nor this process wait for the whole. */
    async sweep(of, olderThan, { after, upTo }) {
      // A range is one of whole numbers, and such a key is the rowid.
      const [first, last] = [after ? BigInt(after[0]!) + 1n : leastRowid, upTo ? BigInt(upTo[0]!) : greatestRowid];
      for (let from: bigint | null = first; from !== null; await setImmediate()) from = attempt(
        `sweeping ${of.table}`, () => [of], () => sweepFrom(db, of, from!, last, olderThan),
      );
    },
    rowsHolding: async (of, fields, values, most) => attempt(
      `finding rows of ${of.table}`, () => [of], () => rowsHolding(db, of, fields, values, most),
    ),
    async rebuild(of, lookup) {
      db.attempt(`rebuilding ${lookupTable(of, lookup)}`, () => db.exec(`REINDEX ${index(of, lookup)}`));
    },
    async progress() {
      return db.attempt("reading progress", () => known.read(db));
    },
    async generation() {
      return db.attempt("reading the generation", () => readGeneration(db));
    },
    async storeGeneration(generation) {
      db.attempt("storing the generation", () => storeGeneration(db, generation));
    },
    /** Progress stays consistent with the rows after a power loss: see `connection.ts`. */
    async storeProgress(progress) {
      db.attempt("committing progress", () => known.write(db, progress, () => {
        db.statement(`DELETE FROM sluice_tombstone WHERE (entity, key) IN
          (SELECT entity, key FROM sluice_tombstone WHERE version < ? ORDER BY version LIMIT ${purgedAtOnce})`).run([
            heldVersion(progress) - tombstoneLife,
          ]);
      }));
    },
    deadLetters: deadLettersOf(db),
    async [Symbol.asyncDispose]() {
      db[Symbol.dispose]();
    },
  };
}

/** Sweeps the piece that begins at `from`. Returns where the next one begins; null after `to`. */
function sweepFrom(db: Connection, of: Entity, from: bigint, to: bigint, olderThan: Version): bigint | null {
  const rowid = rowidColumn(of);
  return db.transaction("write", () => {
    const [last] = db
      .statement(
        `SELECT max(${rowid}) FROM (SELECT ${rowid} FROM ${table(of)} WHERE ${rowid} BETWEEN ? AND ?
          ORDER BY ${rowid} LIMIT ${sweptAtOnce})`,
      )
      .first([from, to]) as [bigint | null];
    if (last === null) return null;
    removeWhere(db, of, `${rowid} BETWEEN ? AND ? AND ${versionColumn} < ?`, [from, last, olderThan], olderThan - 1);
    return last === to ? null : last + 1n;
  });
}
