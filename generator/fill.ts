import { escapeId } from "mysql2";
import type { Connection, RowDataPacket } from "mysql2/promise";
import { insertRows } from "./insert.js";
import { addressRow, counterpartyRow, currencyRow, departmentRow, designRow, paymentTypeRow, staffRow } from "./parties.js";
import { type Row, type Table, type TableName, tables } from "./tables.js";
import { paymentRow, purchaseOrderRow, salesOrderRow, transactionRow } from "./trade.js";
import type { World } from "./world.js";

const rowsPerInsert = 500;
/** Readers of the binary log hold a transaction's rows together, so transactions stay small. */
const rowsPerTransaction = 2_000;

/** Makes row `n` (from 1) of each table. */
export const makers: Readonly<Record<TableName, (world: World, n: number) => Row>> = {
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
  for (const table of Object.values(tables)) {
    const make = makers[table.name];
    const count = world.shape.counts[table.name];
    const there = await highestKey(connection, table);
    done += there;
    for (let first = there + 1; first <= count; first += rowsPerTransaction) {
      if (signal.aborted) return done;
      const beyond = Math.min(count + 1, first + rowsPerTransaction);
      await connection.beginTransaction();
      for (let from = first; from < beyond; from += rowsPerInsert) {
        const rows = Array.from({ length: Math.min(rowsPerInsert, beyond - from) }, (_, i) => make(world, from + i));
        await insertRows(connection, table, rows);
      }
      await connection.commit();
      done += beyond - first;
      onCommit(done);
    }
  }
  return done;
}

/** The server gives out keys from 1 without gaps, in the order of the transactions. */
async function highestKey(connection: Connection, { name, key }: Table): Promise<number> {
  const [[row]] = await connection.query<RowDataPacket[]>(`SELECT MAX(${escapeId(key)}) AS highest FROM ${escapeId(name)}`);
  return Number(row?.highest ?? 0);
}

/** The tables that hold a row already. */
export async function filledTables(connection: Connection): Promise<string[]> {
  const filled: string[] = [];
  for (const { name } of Object.values(tables)) {
    const [rows] = await connection.query<RowDataPacket[]>(`SELECT 1 FROM ${escapeId(name)} LIMIT 1`);
    if (rows.length > 0) filled.push(name);
  }
  return filled;
}
