import type { Connection, RowDataPacket } from "mysql2/promise";
import { fill } from "../../generator/main.js";
import { connectMysql } from "../../runtime/mysql/mysql.js";
import type { Catalog } from "../../schema/catalog.js";
import type { Position } from "../../schema/position.js";
import { openMysqlSource } from "../../sync/mysql/source.js";

/** A stretch of the binary log, made once and read by all contestants. */
export interface Workload {
  readonly from: Position;
  readonly to: Position;
  /** Row events between them. */
  readonly rows: number;
}

const perTransaction = { sales: 18, purchases: 8, paid: 12, changed: 6, deleted: 4 };
const deals = perTransaction.sales + perTransaction.purchases;
/** What is updated and deleted was written this many transactions earlier, so that it comes in another batch. */
const later = 50;
const firstId = 100_000_000;

/**
 * Writes a company with customers, staff and designs of its own size, then 300,000 row events in transactions of 100: 78 inserted into four
 * tables, 18 updated and 4 deleted.
 */
export async function prepareWorkload(mysql: URL, catalog: Catalog, scale: number): Promise<Workload> {
  const never = new AbortController().signal;
  await fill({ mysql, seed: 1, rows: Math.max(2_000, Math.round(100_000 * scale)), until: Date.UTC(2026, 0, 1) }, never, () => undefined);
  await using connection = await connectMysql(mysql, { multipleStatements: true });
  const parties = await partiesOf(connection);
  const transactions = Math.max(2 * later, Math.round(3_000 * scale));
  const from = await headOf(mysql, catalog);
  for (let n = 0; n < transactions; n++) await connection.query(transaction(n, parties));
  return { from, to: await headOf(mysql, catalog), rows: transactions * 3 * deals + (transactions - later) * (100 - 3 * deals) };
}

export async function headOf(mysql: URL, catalog: Catalog): Promise<Position> {
  await using source = openMysqlSource(mysql, catalog, "bench", new AbortController().signal);
  // Awaited here, so that the source is closed only after it has answered.
  return await source.head();
}

/** How many parties orders refer to; their keys count from 1. */
export interface Parties {
  readonly counterparties: number;
  readonly staff: number;
  readonly designs: number;
}

export async function partiesOf(connection: Connection): Promise<Parties> {
  const [[counts]] = await connection.query<RowDataPacket[]>(
    "SELECT (SELECT COUNT(*) FROM counterparty) AS counterparties, (SELECT COUNT(*) FROM staff) AS staff, (SELECT COUNT(*) FROM design) "
      + "AS designs",
  );
  return { counterparties: Number(counts!.counterparties), staff: Number(counts!.staff), designs: Number(counts!.designs) };
}

function transaction(n: number, parties: Parties): string {
  const { sales, purchases, paid, changed, deleted } = perTransaction;
  const [sale, purchase, deal] = [sales, purchases, deals].map((count) => firstId + n * count) as [number, number, number];
  const [saleBefore, dealBefore] = [sale - later * sales, deal - later * deals];
  const orders = Array.from({ length: sales }, (_, i) => salesOrder(sale + i, parties));
  const bought = Array.from({ length: purchases }, (_, i) => purchaseOrder(purchase + i, parties));
  const booked = Array.from(
    { length: deals },
    (_, i) => (i < sales ? `(${deal + i},'SALE',${sale + i},NULL)` : `(${deal + i},'PURCHASE',NULL,${purchase + i - sales})`),
  );
  const payments = Array.from({ length: deals }, (_, i) => payment(deal + i, parties));
  return [
    "BEGIN",
    `INSERT INTO sales_order (${salesColumns}) VALUES ${orders.join(",")}`,
    "INSERT INTO purchase_order (purchase_order_id, staff_id, counterparty_id, item_code, item_quantity, item_unit_price, currency_id, "
      + `agreed_delivery_date, agreed_payment_date, agreed_delivery_location_id) VALUES ${bought.join(",")}`,
    `INSERT INTO transaction (transaction_id, transaction_type, sales_order_id, purchase_order_id) VALUES ${booked.join(",")}`,
    "INSERT INTO payment (payment_id, transaction_id, counterparty_id, payment_amount, currency_id, payment_type_id, paid, payment_date, "
      + `company_ac_number, counterparty_ac_number) VALUES ${payments.join(",")}`,
    ...(n < later
      ? []
      : [
          `UPDATE payment SET paid = 1 WHERE payment_id BETWEEN ${dealBefore} AND ${dealBefore + paid - 1}`,
          `UPDATE sales_order SET units_sold = units_sold + 1 WHERE sales_order_id BETWEEN ${saleBefore} AND ${saleBefore + changed - 1}`,
          `DELETE FROM payment WHERE payment_id BETWEEN ${dealBefore + deals - deleted} AND ${dealBefore + deals - 1}`,
        ]),
    "COMMIT",
  ].join(";");
}

export const salesColumns =
  "sales_order_id, design_id, staff_id, counterparty_id, units_sold, unit_price, currency_id, agreed_delivery_date, agreed_payment_date, "
    + "agreed_delivery_location_id";

export function salesOrder(id: number, { designs, staff, counterparties }: Parties): string {
  return `(${id},${among(designs, id, 1)},${among(staff, id, 2)},${among(counterparties, id, 3)},`
    + `${(id % 900) + 100},${id % 9_000}.${cents(id)},${(id % 12) + 1},'${day(id)}','${day(id + 9)}',${(id % 3) + 1})`;
}

function purchaseOrder(id: number, { staff, counterparties }: Parties): string {
  return `(${id},${among(staff, id, 4)},${among(counterparties, id, 5)},'ITEM-${id}',${(id % 500) + 1},`
    + `${id % 700}.${cents(id)},${(id % 12) + 1},'${day(id)}','${day(id + 9)}',${(id % 3) + 1})`;
}

function payment(id: number, { counterparties }: Parties): string {
  return `(${id},${id},${among(counterparties, id, 6)},${id % 90_000}.${cents(id)},${(id % 12) + 1},${(id % 4) + 1},0,`
    + `'${day(id)}','GB29SLCE${id}','DE89${String(id * 7).padStart(14, "0")}')`;
}

/** One of `count`, spread evenly and the same in every run. */
const among = (count: number, id: number, salt: number) => (Math.imul(id * 31 + salt, 0x9e3779b1) >>> 0) % count + 1;
const cents = (id: number) => String(id % 100).padStart(2, "0");
const day = (id: number) => `2026-${String(id % 12 + 1).padStart(2, "0")}-${String(id % 28 + 1).padStart(2, "0")}`;
