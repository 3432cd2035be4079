import type { ResultSetHeader, RowDataPacket } from "mysql2/promise";
import { dateOf, day, timestampOf } from "../clock.js";
import { insertRows, updateRow } from "../insert.js";
import { centsOf, decimalOf, instalments } from "../money.js";
import { type Payment, type PurchaseOrder, type SalesOrder, tables, type Transaction } from "../tables.js";
import { accountNumber, depositWithin, itemCode, termsAt } from "../trade.js";
import type { Trade, Done } from "./trade.js";

/** The two kinds of order, and what differs between them. */
export const orders = {
  SALE: { table: tables.sales_order, quantity: "units_sold", price: "unit_price", paidBy: "SALES_RECEIPT" },
  PURCHASE: { table: tables.purchase_order, quantity: "item_quantity", price: "item_unit_price", paidBy: "PURCHASE_PAYMENT" },
} as const;
export type OrderKind = keyof typeof orders;

/** Places an order, with its booking and its payments. */
export async function place(trade: Trade, kind: OrderKind): Promise<Done> {
  const { connection, directory, draw, lasting, now } = trade;
  const stamps = { created_at: timestampOf(now), last_updated: timestampOf(now) };
  const terms = termsAt(now, draw);
  const partner = directory.partners[draw("counterparty_id").zipf(directory.partners.length) - 1]!;
  const currency = directory.currencies[draw("currency_id").zipf(directory.currencies.length) - 1]!;
  const common = {
    staff_id: draw("staff_id").pick(directory.staff),
    counterparty_id: partner.id,
    currency_id: currency,
    agreed_delivery_date: dateOf(terms.delivery),
    agreed_payment_date: dateOf(terms.payment),
    ...stamps,
  };
  const sale: Omit<SalesOrder, "sales_order_id"> = {
    ...common,
    design_id: directory.designs[draw("design_id").zipf(directory.designs.length) - 1]!,
    units_sold: terms.quantity,
    unit_price: decimalOf(terms.unitPrice),
    agreed_delivery_location_id: partner.seat,
  };
  const purchase: Omit<PurchaseOrder, "purchase_order_id"> = {
    ...common,
    item_code: itemCode(draw),
    item_quantity: terms.quantity,
    item_unit_price: decimalOf(terms.unitPrice),
    agreed_delivery_location_id: directory.warehouses.length > 0 ? draw("location").pick(directory.warehouses) : partner.seat,
  };
  const order = await insertRows(connection, orders[kind].table, [kind === "SALE" ? sale : purchase]);

  const booking: Omit<Transaction, "transaction_id"> = {
    transaction_type: kind,
    sales_order_id: kind === "SALE" ? order : null,
    purchase_order_id: kind === "PURCHASE" ? order : null,
    ...stamps,
  };
  const booked = await insertRows(connection, tables.transaction, [booking]);

  const amounts = instalments(BigInt(terms.quantity) * terms.unitPrice, draw("parts").chance(0.2) ? 2 : 1);
  const due = (part: number) => (part < amounts.length - 1 ? now + depositWithin : terms.payment);
  const payments = amounts.map((amount, part): Omit<Payment, "payment_id"> => ({
    transaction_id: booked,
    counterparty_id: partner.id,
    payment_amount: decimalOf(amount),
    currency_id: currency,
    payment_type_id: directory.paymentTypes.get(orders[kind].paidBy) ?? [...directory.paymentTypes.values()][0]!,
    paid: false,
    payment_date: dateOf(due(part)),
    company_ac_number: accountNumber((field) => lasting("currency", Number(currency), field)),
    counterparty_ac_number: accountNumber((field) => lasting("counterparty", Number(partner.id), field)),
    ...stamps,
  }));
  await insertRows(connection, tables.payment, payments);
  return {
    inserted: 2 + payments.length, updated: 0, deleted: 0, trace: { table: orders[kind].table, key: order, at: stamps.created_at },
  };
}

/** Makes a due payment. Null when none of the recent ones is open. */
export async function pay({ connection, draw, now }: Trade): Promise<Done | null> {
  const back = draw("back").whole(0, 500);
  const [[open]] = await connection.query<RowDataPacket[]>(
    `SELECT payment_id FROM payment, (SELECT MAX(payment_id) AS newest FROM payment) AS head
     WHERE payment_id BETWEEN newest - ? AND newest - ? AND paid = 0 ORDER BY payment_id DESC LIMIT 1 FOR UPDATE`, [back + 1_000, back]);
  if (!open) return null;
  await updateRow(connection, tables.payment, open.payment_id, { paid: true, payment_date: dateOf(now), last_updated: timestampOf(now) });
  return { inserted: 0, updated: 1, deleted: 0, trace: { table: tables.payment, key: String(open.payment_id), at: timestampOf(now) } };
}

/** Changes quantity, price or dates of a recent order, and with the first two what is still due. Null when there is no order. */
export async function amend(trade: Trade, kind: OrderKind): Promise<Done | null> {
  const { connection, draw, now } = trade;
  const { table, quantity, price } = orders[kind];
  const order = await recent(trade, kind);
  if (!order) return null;
  const id = order[table.key] as string;
  const stamp = { last_updated: timestampOf(now) };
  const trace = { table, key: id, at: stamp.last_updated };
  const [payments] = await connection.query<RowDataPacket[]>(
    `SELECT payment_id, paid FROM payment JOIN transaction USING (transaction_id) WHERE ${table.key} = ?
     ORDER BY payment_id FOR UPDATE`, [id]);

  const what = draw("what").pick(["quantity", "price", "dates"]);
  const settled = payments.length === 0 || payments.length > 2 || payments.some((each) => each.paid);
  if (what === "dates" || settled) {
    const later = draw("later").whole(1, 14) * day;
    const moved = (date: unknown) => dateOf(Date.parse(String(date)) * 1_000 + later);
    await updateRow(connection, table, id, {
      agreed_delivery_date: moved(order.agreed_delivery_date), agreed_payment_date: moved(order.agreed_payment_date), ...stamp,
    });
    return { inserted: 0, updated: 1, deleted: 0, trace };
  }
  const before = { count: Number(order[quantity]), cents: centsOf(String(order[price])) };
  const count = what === "quantity" ? (before.count % 100_000) + draw("more").whole(1, 50) : before.count;
  const cents = what === "price" ? (before.cents % 100_000n) + BigInt(draw("dearer").whole(1, 99)) : before.cents;
  await updateRow(connection, table, id, { [quantity]: count, [price]: decimalOf(cents), ...stamp });
  const amounts = instalments(BigInt(count) * cents, payments.length === 2 ? 2 : 1);
  for (const [part, each] of payments.entries()) {
    await updateRow(connection, tables.payment, each.payment_id, { payment_amount: decimalOf(amounts[part]!), ...stamp });
  }
  return { inserted: 0, updated: 1 + payments.length, deleted: 0, trace };
}

/** Deletes a recent order, with its booking and its payments. Null when there is no order. */
export async function cancel(trade: Trade, kind: OrderKind): Promise<Done | null> {
  const { name, key } = orders[kind].table;
  const order = await recent(trade, kind);
  if (!order) return null;
  let deleted = 0;
  for (const sql of [
    `DELETE payment FROM payment JOIN transaction USING (transaction_id) WHERE ${key} = ?`,
    `DELETE FROM transaction WHERE ${key} = ?`,
    `DELETE FROM ${name} WHERE ${key} = ?`,
  ]) deleted += (await trade.connection.query<ResultSetHeader>(sql, [order[key]]))[0].affectedRows;
  return { inserted: 0, updated: 0, deleted, trace: { table: orders[kind].table, key: String(order[key]), at: null } };
}

/** One of the last few hundred orders. Each worker locks it before it goes on to the booking and payments. */
async function recent({ connection, draw }: Trade, kind: OrderKind): Promise<RowDataPacket | null> {
  const { name, key } = orders[kind].table;
  const [[order]] = await connection.query<RowDataPacket[]>(
    `SELECT * FROM ${name} WHERE ${key} <= (SELECT MAX(${key}) FROM ${name}) - ? ORDER BY ${key} DESC LIMIT 1 FOR UPDATE`,
    [draw("back").whole(0, 300)]);
  return order ?? null;
}
