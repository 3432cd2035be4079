import { entity } from "../entity.js";
import { date, decimal, int32, int64, reference, stamps, string } from "../fields.js";
import { address } from "./address.js";
import { counterparty } from "./counterparty.js";
import { currency } from "./currency.js";
import { staff } from "./staff.js";

export const purchaseOrder = entity("purchase_order", {
  description: "Our order for material from a counterparty.",
  key: ["purchase_order_id"],
  fields: {
    purchase_order_id: int64("public", "Identifies the order."),
    staff_id: reference(staff, "internal", "Who placed the order."),
    counterparty_id: reference(counterparty, "public", "The supplier."),
    item_code: string(20, "public", "The supplier's code of the item."),
    item_quantity: int32("public", "How many items."),
    item_unit_price: decimal(12, 2, "confidential", "Price of one item, in the order's currency."),
    currency_id: reference(currency, "public", "Currency of the price."),
    agreed_delivery_date: date("public", "Agreed day of delivery."),
    agreed_payment_date: date("public", "Agreed day of payment."),
    agreed_delivery_location_id: reference(address, "public", "Where it is delivered."),
    ...stamps,
  },
  owner: { kind: "field", field: "counterparty_id" },
  lookups: [
    {
      name: "purchaseOrders", by: "counterparty_id", orderBy: "created_at", direction: "desc",
      description: "Orders placed with it, newest first.",
    },
    {
      name: "purchaseOrders", by: "staff_id", orderBy: "created_at", direction: "desc",
      description: "Orders the employee placed, newest first.",
    },
  ],
  search: ["purchase_order_id", "item_code"],
});
