import { setImmediate } from "node:timers/promises";
import type { Entity, Row } from "../../../schema/entity.js";
import { termsOf } from "../../text/words.js";
import type { Bound, Connection } from "../file/connection.js";
import { decodeFields } from "./codec.js";
import { searchName } from "./names.js";
import {
  column, createSearch, createTerms, dropSearch, greatestRowid, leastRowid, quoted, rowidColumn, searchTable, table,
} from "./tables.js";

const rowsAtOnce = 5000;

/**
 * Builds the search index from the rows, under another name until it is whole. So no search looks into half
 * of it, and an unfinished index is begun again.
 * It works in pieces, so that neither readers nor this process wait for the whole. `finished` runs in the transaction that puts the new
 * index in the place of the old one.
 */
export async function fillSearch(db: Connection, of: Entity, finished: () => void): Promise<void> {
  const [unfinished, rowid] = [quoted(`sluice_unfinished_${searchName(of)}`), rowidColumn(of)];
  const inTransaction = <T>(work: () => T): T => db.attempt(`making the search index of ${of.table}`, () => db.transaction("write", work));
  if (of.search.length > 0) {
    inTransaction(() => db.exec(`DROP TABLE IF EXISTS ${unfinished}; ${createSearch(of, unfinished)}`));
    for (let from: bigint | null = leastRowid; from !== null; await setImmediate()) from = inTransaction(() => fillFrom(from!));
  }
  inTransaction(() => {
    for (const sql of dropSearch(of)) db.exec(sql);
    if (of.search.length > 0) db.exec(`ALTER TABLE ${unfinished} RENAME TO ${searchTable(of)}; ${createTerms(of)}`);
    finished();
  });

  /** Fills one piece. Returns where the next begins; null after the last. */
  function fillFrom(from: bigint): bigint | null {
    const rows = db
      .statement(
        `SELECT ${rowid}, ${of.search.map(column).join(", ")} FROM ${table(of)} WHERE ${rowid} >= ? ORDER BY ${rowid} LIMIT `
          + `${rowsAtOnce}`,
      )
      .all([from]);
    const learn = db.statement(learnSql(of, unfinished));
    for (const [id, ...texts] of rows) learn.run([id!, ...indexed(of, decodeFields(of, of.search, texts))]);
    const last = rows.at(-1)?.[0] as bigint | undefined;
    return rows.length < rowsAtOnce || last === undefined || last === greatestRowid ? null : last + 1n;
  }
}

/** Its parameters are a rowid and what `indexed` gives. */
export function learnSql(of: Entity, index: string): string {
  return `INSERT OR REPLACE INTO ${index} (rowid, ${of.search.map(column).join(", ")}) VALUES (?, ${of.search.map(() => "?").join(", ")})`;
}

/** What the search index gets of a row. */
export function indexed(of: Entity, row: Row): Bound[] {
  return of.search.map((name) => {
    const value = row[name] ?? null;
    return value === null ? null : termsOf(String(value)).join(" ");
  });
}
