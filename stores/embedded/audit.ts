import type { Audit } from "../ports.js";
import { codecOf } from "./codec.js";
import type { Bound, Connection } from "./connection.js";
import { columnList, greatestRowid, leastRowid, quoted, rowidColumn } from "./tables.js";

const rowsAtOnce = 1000;

export function auditOf(db: Connection): Audit {
  return {
    async *rows(of) {
      const codec = codecOf(of);
      const rowid = quoted(rowidColumn(of));
      const piece = (from: bigint): Bound[][] => db.attempt(`reading ${of.table}`, () =>
        db.statement(`SELECT ${rowid}, ${columnList(of)} FROM ${quoted(of.table)} WHERE ${rowid} >= ? ORDER BY ${rowid} LIMIT ${rowsAtOnce}`).all([from]));
      for (let from = leastRowid; ;) {
        const found = piece(from);
        if (found.length > 0) yield found.map((values) => codec.decode(values, 1));
        const last = found.at(-1)?.[0] as bigint | undefined;
        if (found.length < rowsAtOnce || last === undefined || last === greatestRowid) return;
        from = last + 1n;
      }
    },
    /** Lookups are indexes on the rows themselves, which SQLite keeps. */
    async *entries() {},
  };
}
