import { entity } from "../entity.js";
import { date, decimal, int32, int64, reference, stamps } from "../fields.js";
import { address } from "./address.js";
import { counterparty } from "./counterparty.js";
import { currency } from "./currency.js";
import { design } from "./design.js";
import { staff } from "./staff.js";

export const salesOrder = entity("sales_order", {
  description: "A counterparty's order for units of one design.",
  key: ["sales_order_id"],
  fields: {
    sales_order_id: int64("public", "Identifies the order."),
    design_id: reference(design, "public", "The design ordered."),
    staff_id: reference(staff, "internal", "Who handles the order."),
    counterparty_id: reference(counterparty, "public", "Who ordered."),
    units_sold: int32("public", "Units ordered."),
    unit_price: decimal(12, 2, "confidential", "Price of one unit, in the order's currency."),
    currency_id: reference(currency, "public", "Currency of the price."),
    agreed_delivery_date: date("public", "Agreed day of delivery."),
    agreed_payment_date: date("public", "Agreed day of payment."),
    agreed_delivery_location_id: reference(address, "public", "Where it is delivered."),
    ...stamps,
  },
  owner: { kind: "field", field: "counterparty_id" },
  lookups: [
    { name: "salesOrders", by: "counterparty_id", orderBy: "created_at", direction: "desc", description: "Its orders, newest first." },
    {
      name: "salesOrders", by: "staff_id", orderBy: "created_at", direction: "desc",
      description: "Orders the employee handles, newest first.",
    },
    { name: "salesOrders", by: "design_id", orderBy: "created_at", direction: "desc", description: "Orders for the design, newest first." },
  ],
  search: ["sales_order_id"],
});
