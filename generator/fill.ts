import { escapeId } from "mysql2";
import type { Connection, RowDataPacket } from "mysql2/promise";
import type { Entity, Row } from "../schema/entity.js";
import { totesys } from "../schema/totesys/catalog.js";
import { insertRows } from "./insert.js";
import { addressRow, counterpartyRow, currencyRow, departmentRow, designRow, paymentTypeRow, staffRow } from "./parties.js";
import { paymentRow, purchaseOrderRow, salesOrderRow, transactionRow } from "./trade.js";
import type { World } from "./world.js";

const rowsPerInsert = 500;
/** Readers of the binary log hold a transaction's rows together, so transactions stay small. */
const rowsPerTransaction = 2_000;

/** Makes row `n` (from 1) of each table. */
const makers: Readonly<Record<string, (world: World, n: number) => Row>> = {
  address: addressRow,
  department: departmentRow,
  currency: currencyRow,
  payment_type: paymentTypeRow,
  design: designRow,
  staff: staffRow,
  counterparty: counterpartyRow,
  sales_order: salesOrderRow,
  purchase_order: purchaseOrderRow,
  transaction: transactionRow,
  payment: paymentRow,
};

/**
 * Writes the world's rows, referenced before referencing, beginning after those that an interrupted fill has committed.
 * An abort ends it after the transaction under way. Resolves to how many rows are there.
 */
export async function writeWorld(
  connection: Connection, world: World, signal: AbortSignal, onCommit: (done: number) => void,
): Promise<number> {
  let done = 0;
  for (const entity of totesys.entities) {
    const make = makers[entity.table];
    const count = world.shape.counts[entity.table];
    if (!make || count === undefined) throw new Error(`the generator makes no rows of ${entity.table}; give it a maker and a share`);
    const there = await highestKey(connection, entity);
    done += there;
    for (let first = there + 1; first <= count; first += rowsPerTransaction) {
      if (signal.aborted) return done;
      const beyond = Math.min(count + 1, first + rowsPerTransaction);
      await connection.beginTransaction();
      for (let from = first; from < beyond; from += rowsPerInsert) {
        const rows = Array.from({ length: Math.min(rowsPerInsert, beyond - from) }, (_, i) => make(world, from + i));
        await insertRows(connection, entity, rows);
      }
      await connection.commit();
      done += beyond - first;
      onCommit(done);
    }
  }
  return done;
}

/** The server gives out keys from 1 without gaps, in the order of the transactions. */
async function highestKey(connection: Connection, { table, key }: Entity): Promise<number> {
  const [[row]] = await connection.query<RowDataPacket[]>(`SELECT MAX(${escapeId(key[0]!)}) AS highest FROM ${escapeId(table)}`);
  return Number(row?.highest ?? 0);
}

/** The tables that hold a row already. */
export async function filledTables(connection: Connection): Promise<string[]> {
  const filled: string[] = [];
  for (const { table } of totesys.entities) {
    const [rows] = await connection.query<RowDataPacket[]>(`SELECT 1 FROM ${escapeId(table)} LIMIT 1`);
    if (rows.length > 0) filled.push(table);
  }
  return filled;
}
