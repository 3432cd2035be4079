import { dateOf, day, type Micros, midnight, second, timestampOf } from "./clock.js";
import { type Cents, decimalOf, instalments } from "./money.js";
import type { FieldDraw } from "./parties.js";
import { currencyCodes, dealOfPayment, dealOfPurchase, dealOfSale, deliveryAddress, orderOfDeal, paymentTypes } from "./shape.js";
import type { Payment, PurchaseOrder, SalesOrder, Transaction } from "./tables.js";
import { homeOf, lastWritten, type World } from "./world.js";

/** What an order agrees, sale or purchase: the same in the initial fill and in the stream. */
export interface Terms {
  readonly quantity: number;
  readonly unitPrice: Cents;
  readonly delivery: Micros;
  readonly payment: Micros;
}

export function termsAt(made: Micros, draw: FieldDraw): Terms {
  const delivery = midnight(made) + draw("delivery").whole(5, 60) * day;
  return {
    quantity: draw("quantity").zipf(200) * draw("lot").pick([5, 10, 10, 25, 50, 100]),
    unitPrice: BigInt(draw("unit_price").whole(150, 4_000)),
    delivery,
    payment: delivery + draw("payment").whole(0, 30) * day,
  };
}

export function itemCode(draw: FieldDraw): string {
  const random = draw("item_code");
  return `${random.pick([
    "CNV", "COT", "JUT", "ZIP", "INK", "THR", "LBL", "BOX",
  ])}-${random.whole(1000, 9999)}-${random.pick(["A", "B", "C"])}`;
}

/** Draws eight digits, the same each time for one holder. */
export function accountNumber(draw: FieldDraw): string {
  return String(draw("ac_number").whole(10_000_000, 99_999_999));
}

/** When a deposit falls due after its order. */
export const depositWithin = 3 * day;

export function salesOrderRow(world: World, n: number): SalesOrder {
  const deal = dealAt(world, dealOfSale(world.shape, n));
  return {
    sales_order_id: String(n),
    design_id: String(scattered(deal.draw("design_id").zipf(world.shape.counts.design), world.shape.counts.design)),
    staff_id: deal.staff,
    counterparty_id: String(deal.counterparty),
    units_sold: deal.terms.quantity,
    unit_price: decimalOf(deal.terms.unitPrice),
    currency_id: deal.currency,
    agreed_delivery_date: dateOf(deal.terms.delivery),
    agreed_payment_date: dateOf(deal.terms.payment),
    agreed_delivery_location_id: String(deliveryAddress(world.shape, deal.counterparty)),
    ...deal.stamps,
  };
}

export function purchaseOrderRow(world: World, n: number): PurchaseOrder {
  const deal = dealAt(world, dealOfPurchase(world.shape, n));
  return {
    purchase_order_id: String(n),
    staff_id: deal.staff,
    counterparty_id: String(deal.counterparty),
    item_code: itemCode(deal.draw),
    item_quantity: deal.terms.quantity,
    item_unit_price: decimalOf(deal.terms.unitPrice),
    currency_id: deal.currency,
    agreed_delivery_date: dateOf(deal.terms.delivery),
    agreed_payment_date: dateOf(deal.terms.payment),
    agreed_delivery_location_id: String(deal.draw("location").whole(1, world.shape.ownAddresses)),
    ...deal.stamps,
  };
}

export function transactionRow(world: World, n: number): Transaction {
  const { kind, order } = orderOfDeal(world.shape, n);
  const made = timestampOf(dealTime(world, n) + 1_000);
  return {
    transaction_id: String(n),
    transaction_type: kind,
    sales_order_id: kind === "SALE" ? String(order) : null,
    purchase_order_id: kind === "PURCHASE" ? String(order) : null,
    created_at: made,
    last_updated: made,
  };
}

export function paymentRow(world: World, n: number): Payment {
  const { deal: number, part, parts } = dealOfPayment(world.shape, n);
  const { made, terms, counterparty, currency } = dealAt(world, number);
  const draw: FieldDraw = (field) => world.draw("payment", n, field);
  const due = part < parts ? midnight(made) + depositWithin : terms.payment;
  const paidAt = due + Math.floor((8 + 9 * draw("hour").next()) * 3600) * second + draw("micros").whole(0, second - 1);
  const paid = paidAt < world.until && draw("paid").chance(0.97);
  const written = made + 1_000 + part * 1_000;
  const type: (typeof paymentTypes)[number] = orderOfDeal(world.shape, number).kind === "SALE" ? "SALES_RECEIPT" : "PURCHASE_PAYMENT";
  return {
    payment_id: String(n),
    transaction_id: String(number),
    counterparty_id: String(counterparty),
    payment_amount: decimalOf(instalments(BigInt(terms.quantity) * terms.unitPrice, parts)[part - 1]!),
    currency_id: currency,
    payment_type_id: String(paymentTypes.indexOf(type) + 1),
    paid,
    payment_date: dateOf(due),
    company_ac_number: accountNumber((field) => world.draw("currency", Number(currency), field)),
    counterparty_ac_number: accountNumber((field) => world.draw("counterparty", counterparty, field)),
    created_at: timestampOf(written),
    last_updated: timestampOf(paid ? paidAt : written),
  };
}

/** Places later deals later, at an instant within the deal's own share of the trading time. */
function dealTime({ draw, shape, tradeFrom, until }: World, deal: number): Micros {
  return Math.floor(tradeFrom + ((deal - 1 + draw("deal", deal, "created_at").next()) / shape.deals) * (until - tradeFrom - second));
}

function dealAt(world: World, number: number) {
  const draw: FieldDraw = (field) => world.draw("deal", number, field);
  const { counterparties, counts } = world.shape;
  const made = dealTime(world, number);
  const counterparty = scattered(draw("counterparty_id").zipf(counterparties), counterparties);
  const home = {
    "United Kingdom": "GBP", Germany: "EUR", France: "EUR", "United States": "USD", Poland: "PLN", Japan: "JPY",
  }[homeOf(world, counterparty)];
  const code = draw("abroad").chance(0.1) ? draw("currency_id").pick(currencyCodes) : home;
  const amended = lastWritten(made, Math.min(world.until, made + 5 * day), 0.1, draw("last_updated"));
  return {
    draw, made, counterparty,
    terms: termsAt(made, draw),
    staff: String(scattered(draw("staff_id").zipf(counts.staff), counts.staff)),
    currency: String(currencyCodes.indexOf(code as (typeof currencyCodes)[number]) + 1),
    stamps: { created_at: timestampOf(made), last_updated: timestampOf(amended) },
  };
}

/** Spreads places over the numbers, so that the busiest customer is not number one. */
function scattered(place: number, count: number): number {
  return ((place * 7919) % count) + 1;
}
