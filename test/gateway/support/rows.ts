import type { Row } from "../../../schema/entity.js";

/** A small company: counterparty 1 asks, counterparty 2 is another, and both order the same design. */
export const orderCount = 60;
export const ownEvery = 3;

const stamp = (second: number) =>
  `2026-01-05T10:${String(Math.floor(second / 60)).padStart(2, "0")}:${String(second % 60).padStart(2, "0")}.000001Z`;
const stamps = (second: number) => ({ created_at: stamp(second), last_updated: stamp(second) });
const day = "2026-02-28";

export const counterpartyOf = (order: number) => (order % ownEvery === 0 ? "1" : "2");

const address = (id: string, city: string): Row => ({
  address_id: id, address_line_1: `${id} Hidden Lane`, address_line_2: null, district: null, city, postal_code: "SW1A", country: "Utopia",
  phone: "555-0101", ...stamps(1),
});
const counterparty = (id: string, name: string, contact: string): Row => ({
  counterparty_id: id, counterparty_legal_name: name, legal_address_id: id, commercial_contact: contact, delivery_contact: null,
  ...stamps(1),
});
const design = (id: string, name: string): Row => ({
  design_id: id, design_name: name, file_location: "/vault", file_name: "quokka.json", ...stamps(1),
});
const order = (n: number): Row => ({
  sales_order_id: String(n), design_id: n % 20 === 0 ? "2" : "1", staff_id: "1", counterparty_id: counterpartyOf(n), units_sold: n,
  unit_price: "12.50",
  currency_id: "1", agreed_delivery_date: day, agreed_payment_date: day, agreed_delivery_location_id: counterpartyOf(n), ...stamps(n),
});
const purchase = (id: string, of: string): Row => ({
  purchase_order_id: id, staff_id: "1", counterparty_id: of, item_code: id === "1" ? "OWNITEM" : "ALIENPART", item_quantity: 3,
  item_unit_price: "0.99", currency_id: "1",
  agreed_delivery_date: day, agreed_payment_date: day, agreed_delivery_location_id: of, ...stamps(1),
});
const sale = (id: string, orderId: string): Row => ({
  transaction_id: id, transaction_type: "SALE", sales_order_id: orderId, purchase_order_id: null, ...stamps(2),
});
const buy = (id: string, orderId: string): Row => ({
  transaction_id: id, transaction_type: "PURCHASE", sales_order_id: null, purchase_order_id: orderId, ...stamps(2),
});
const payment = (id: string, transactionId: string, of: string, account: string): Row => ({
  payment_id: id, transaction_id: transactionId, counterparty_id: of, payment_amount: "999999999999.99", currency_id: "1",
  payment_type_id: "1", paid: true,
  payment_date: day, company_ac_number: "GB00COMPANY", counterparty_ac_number: account, ...stamps(3),
});

/** Rows by table; order 3 is counterparty 1's, order 4 is counterparty 2's. */
export const rows: Readonly<Record<string, readonly Row[]>> = {
  address: [address("1", "Owntown"), address("2", "Elsewhere")],
  currency: [{ currency_id: "1", currency_code: "EUR", ...stamps(1) }],
  department: [{ department_id: "1", department_name: "Sales", location: "Backroom", manager: "Mildred Secret", ...stamps(1) }],
  payment_type: [{ payment_type_id: "1", payment_type_name: "SALES_RECEIPT", ...stamps(1) }],
  design: [design("1", "Marigold Tote"), design("2", "Larkspur Tote")],
  staff: [
    { staff_id: "1", first_name: "Zebulon", last_name: "Privet", department_id: "1", email_address: "z@privet.example", ...stamps(1) },
  ],
  counterparty: [counterparty("1", "Owned Weavers", "Bartholomew Quill"), counterparty("2", "Foreign Weavers", "Ottoline Marsh")],
  sales_order: Array.from({ length: orderCount }, (_, i) => order(i + 1)),
  purchase_order: [purchase("1", "1"), purchase("2", "2")],
  transaction: [sale("1", "3"), sale("2", "4"), buy("3", "1"), buy("4", "2")],
  payment: [payment("9007199254740993", "1", "1", "ACOWN"), payment("2", "2", "2", "ACFOREIGN")],
};
