import type { Random } from "../random.js";
import { amend, cancel, place, pay, type OrderKind } from "./orders.js";
import { changeContact, correctAddress, meet, moveStaff } from "./parties.js";
import type { Trade, Done } from "./trade.js";

/** How many of a hundred business transactions are of each kind: 60 insert, 30 update, 10 delete. */
export const mix = {
  sale: 38,
  purchase: 19,
  "new counterparty": 3,
  "payment made": 14,
  "order amended": 8,
  "contact changed": 3,
  "staff moved": 2,
  "address corrected": 3,
  "order cancelled": 10,
} as const;
export type Business = keyof typeof mix;

export function businessBy(random: Random): Business {
  let at = random.whole(1, 100);
  for (const [business, share] of Object.entries(mix)) {
    at -= share;
    if (at <= 0) return business as Business;
  }
  throw new Error("the shares of the mix must add up to 100");
}

/** Writes the business transaction, within the trade's. Null when there is nothing to do it to. */
export async function transact(business: Business, trade: Trade): Promise<Done | null> {
  const either: OrderKind = trade.draw("either").chance(0.7) ? "SALE" : "PURCHASE";
  switch (business) {
    case "sale": return place(trade, "SALE");
    case "purchase": return place(trade, "PURCHASE");
    case "new counterparty": return meet(trade);
    case "payment made": return pay(trade);
    case "order amended": return amend(trade, either);
    case "contact changed": return changeContact(trade);
    case "staff moved": return moveStaff(trade);
    case "address corrected": return correctAddress(trade);
    case "order cancelled": return cancel(trade, either);
    default: throw new Error(`no such business: ${business satisfies never}`);
  }
}
