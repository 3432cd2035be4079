import { type Entity, keyOf, type Lookup, lookupTable, type Row } from "../../schema/entity.js";
import type { Audit } from "../ports.js";
import type { Bound, Connection } from "./file/connection.js";
import { codecOf, decodeFields, encodeValue } from "./tables/codec.js";
import { column, columnList, greatestRowid, index, leastRowid, orderOf, rowidColumn, table } from "./tables/tables.js";

const rowsAtOnce = 1000;

export function auditOf(db: Connection): Audit {
  return {
    async *rows(of) {
      const codec = codecOf(of);
      const rowid = rowidColumn(of);
      const piece = (from: bigint): Bound[][] =>
        db.attempt(`reading ${of.table}`, () =>
          db
            .statement(
              `SELECT ${rowid}, ${columnList(of)} FROM ${table(of)} WHERE ${rowid} >= ? ORDER BY ${rowid} LIMIT ${rowsAtOnce}`,
            )
            .all([from]),
        );
      for (let from = leastRowid; ;) {
        const found = piece(from);
        if (found.length > 0) {
          yield found.map((values) => {
            const row = codec.decode(values, 1);
            return { key: keyOf(of, row), row };
          });
        }
        const last = found.at(-1)?.[0] as bigint | undefined;
        if (found.length < rowsAtOnce || last === undefined || last === greatestRowid) return;
        from = last + 1n;
      }
    },
    entryFields,
    /** Reads the index alone, because only it answers a lookup, and it may be out of step with the rows. */
    async *entries(of, lookup) {
      const fields = entryFields(of, lookup);
      const columns = fields.map(column).join(", ");
      const piece = (after: readonly Bound[] | null): Bound[][] =>
        db.attempt(`reading ${lookupTable(of, lookup)}`, () =>
          db
            .statement(
              `SELECT ${columns} FROM ${table(of)} INDEXED BY ${index(of, lookup)}
          WHERE ${after ? `(${columns}) > (${fields.map(() => "?").join(", ")})` : `${column(lookup.by)} IS NOT `
            + "NULL"} ORDER BY ${columns} LIMIT ${rowsAtOnce}`,
            )
            .all(after ?? []),
        );
      for (let after: readonly Bound[] | null = null; ;) {
        const found = piece(after);
        if (found.length > 0) yield found.map((values): Row => decodeFields(of, fields, values));
        if (found.length < rowsAtOnce) return;
        after = found.at(-1)!;
      }
    },
    async entriesAt(of, lookup, places) {
      const fields = entryFields(of, lookup);
      return db.attempt(`reading ${lookupTable(of, lookup)}`, () => {
        const one =
          db.statement(`SELECT ${fields.map(column).join(", ")} FROM ${table(of)} INDEXED BY ${index(of, lookup)}
          WHERE ${fields.map((name) => `${column(name)} = ?`).join(" AND ")}`);
        return places.map((place) => {
          const found = one.first(fields.map((name) => encodeValue(name, of.fields[name]!, place[name] ?? null)));
          return found ? decodeFields(of, fields, found) : null;
        });
      });
    },
  };
}

/** The index's columns. */
function entryFields(of: Entity, lookup: Lookup): readonly string[] {
  return [...new Set([lookup.by, ...orderOf(of, lookup)])];
}
