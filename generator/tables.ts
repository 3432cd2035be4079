/** The eleven tables that the generator fills, referenced before referencing: the order in which rows can be inserted. */
export const tables = {
  address: { name: "address", key: "address_id" },
  department: { name: "department", key: "department_id" },
  currency: { name: "currency", key: "currency_id" },
  payment_type: { name: "payment_type", key: "payment_type_id" },
  design: { name: "design", key: "design_id" },
  staff: { name: "staff", key: "staff_id" },
  counterparty: { name: "counterparty", key: "counterparty_id" },
  sales_order: { name: "sales_order", key: "sales_order_id" },
  purchase_order: { name: "purchase_order", key: "purchase_order_id" },
  transaction: { name: "transaction", key: "transaction_id" },
  payment: { name: "payment", key: "payment_id" },
} as const satisfies Readonly<Record<string, Table>>;
export type TableName = keyof typeof tables;

export interface Table {
  readonly name: string;
  /** The column of its primary key. */
  readonly key: string;
}

/** A whole number of 64 bits is written as its digits, an amount with both digits after the point, a day as `2026-02-28`. */
export type Value = string | number | boolean | null;

/** A row, by column. The tables' rows below are types, because TypeScript takes no interface for a `Row`. */
export type Row = Readonly<Record<string, Value>>;

/** The two columns that every table has: UTC with microseconds, as `timestampOf` in `clock.ts` writes them. */
export type Stamps = Readonly<{ created_at: string; last_updated: string }>;

export type Address = Stamps & Readonly<{
  address_id: string;
  address_line_1: string;
  address_line_2: string | null;
  district: string | null;
  city: string;
  postal_code: string;
  country: string;
  phone: string;
}>;

export type Department = Stamps & Readonly<{
  department_id: string;
  department_name: string;
  location: string | null;
  manager: string | null;
}>;

export type Currency = Stamps & Readonly<{
  currency_id: string;
  currency_code: string;
}>;

export type PaymentType = Stamps & Readonly<{
  payment_type_id: string;
  payment_type_name: string;
}>;

export type Design = Stamps & Readonly<{
  design_id: string;
  design_name: string;
  file_location: string;
  file_name: string;
}>;

export type Staff = Stamps & Readonly<{
  staff_id: string;
  first_name: string;
  last_name: string;
  department_id: string;
  email_address: string;
}>;

export type Counterparty = Stamps & Readonly<{
  counterparty_id: string;
  counterparty_legal_name: string;
  legal_address_id: string;
  commercial_contact: string | null;
  delivery_contact: string | null;
}>;

export type SalesOrder = Stamps & Readonly<{
  sales_order_id: string;
  design_id: string;
  staff_id: string;
  counterparty_id: string;
  units_sold: number;
  unit_price: string;
  currency_id: string;
  agreed_delivery_date: string;
  agreed_payment_date: string;
  agreed_delivery_location_id: string;
}>;

export type PurchaseOrder = Stamps & Readonly<{
  purchase_order_id: string;
  staff_id: string;
  counterparty_id: string;
  item_code: string;
  item_quantity: number;
  item_unit_price: string;
  currency_id: string;
  agreed_delivery_date: string;
  agreed_payment_date: string;
  agreed_delivery_location_id: string;
}>;

/** A booking: of a sale or of a purchase, and only that reference is set. */
export type Transaction = Stamps & Readonly<{
  transaction_id: string;
  transaction_type: "SALE" | "PURCHASE";
  sales_order_id: string | null;
  purchase_order_id: string | null;
}>;

export type Payment = Stamps & Readonly<{
  payment_id: string;
  transaction_id: string;
  counterparty_id: string;
  payment_amount: string;
  currency_id: string;
  payment_type_id: string;
  paid: boolean;
  payment_date: string;
  company_ac_number: string;
  counterparty_ac_number: string;
}>;
