import type { TableName } from "./tables.js";

/** How many rows each table gets, and which order, booking and payment belong together: pure arithmetic on row numbers from 1. */
export interface Shape {
  /** Rows by table name; they add up to the wanted number. */
  readonly counts: Readonly<Record<TableName, number>>;
  /** A deal is one order, its booking (transaction number = deal number) and one or two payments. */
  readonly deals: number;
  readonly sales: number;
  readonly purchases: number;
  readonly payments: number;
  readonly counterparties: number;
  /** The company's own addresses come first, then each counterparty's legal seat, then the extra places of delivery. */
  readonly ownAddresses: number;
  readonly extraAddresses: number;
}

export const currencyCodes = ["GBP", "EUR", "USD", "PLN", "JPY", "CHF", "SEK", "NOK", "DKK", "CAD", "AUD", "NZD"] as const;
export const paymentTypes = ["SALES_RECEIPT", "SALES_REFUND", "PURCHASE_PAYMENT", "PURCHASE_REFUND"] as const;
export const departments = [
  "Sales", "Purchasing", "Production", "Dispatch", "Finance", "Marketing", "Design", "Customer Care", "Human Resources", "Technology",
] as const;

export const leastRows = 100;

/** Most rows are deals: seven of ten are sales, and one of five is paid in two parts. */
export function shapeOf(rows: number): Shape {
  if (!Number.isSafeInteger(rows) || rows < leastRows) throw new RangeError(`rows must be a whole number from ${leastRows}, not ${rows}`);
  const counterparties = Math.max(5, Math.round(rows / 100));
  const ownAddresses = 3;
  const extraAddresses = Math.floor(counterparties / 2);
  const design = Math.min(2_000, Math.max(5, Math.round(rows / 500)));
  const staff = Math.min(5_000, Math.max(10, Math.round(rows / 400)));
  const address = ownAddresses + counterparties + extraAddresses;
  const known = {
    address, department: departments.length, currency: currencyCodes.length, payment_type: paymentTypes.length, design, staff,
    counterparty: counterparties,
  };
  const rest = rows - Object.values(known).reduce((sum, count) => sum + count, 0);
  const deals = Math.floor(rest / 3.2);
  const purchases = Math.floor(deals * 0.3);
  const sales = deals - purchases;
  const payments = rest - 2 * deals;
  return {
    deals, sales, purchases, payments, counterparties, ownAddresses, extraAddresses,
    counts: { ...known, sales_order: sales, purchase_order: purchases, transaction: deals, payment: payments },
  };
}

/** Sales and purchases take turns evenly, so that the order of deals is the order of time. */
export function orderOfDeal({ sales, deals }: Shape, deal: number): { readonly kind: "SALE" | "PURCHASE"; readonly order: number } {
  const upTo = (d: number) => Math.floor((d * sales) / deals);
  const sold = upTo(deal);
  return sold > upTo(deal - 1) ? { kind: "SALE", order: sold } : { kind: "PURCHASE", order: deal - sold };
}

export function dealOfSale({ sales, deals }: Shape, order: number): number {
  return Math.ceil((order * deals) / sales);
}

export function dealOfPurchase({ purchases, deals }: Shape, order: number): number {
  return Math.floor(((order - 1) * deals) / purchases) + 1;
}

/** The deal a payment settles, which of its payments it is (from 1), and how many it has. */
export function dealOfPayment(
  { payments, deals }: Shape, payment: number,
): { readonly deal: number; readonly part: number; readonly parts: 1 | 2 } {
  const upTo = (d: number) => Math.floor((d * payments) / deals);
  const deal = Math.ceil((payment * deals) / payments);
  return { deal, part: payment - upTo(deal - 1), parts: upTo(deal) - upTo(deal - 1) === 2 ? 2 : 1 };
}

/** An even counterparty, while there are enough, has a place of delivery besides its seat. */
export function deliveryAddress({ ownAddresses, counterparties, extraAddresses }: Shape, counterparty: number): number {
  const extra = counterparty / 2;
  const has = Number.isInteger(extra) && extra <= extraAddresses;
  return has ? ownAddresses + counterparties + extra : ownAddresses + counterparty;
}

/** The counterparty of an address; 0 is the company's own. */
export function addressOwner({ ownAddresses, counterparties }: Shape, address: number): number {
  if (address <= ownAddresses) return 0;
  const seat = address - ownAddresses;
  return seat <= counterparties ? seat : (seat - counterparties) * 2;
}
