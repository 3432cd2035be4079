import { entity } from "../entity.js";
import { choice, int64, nullable, reference, stamps } from "../fields.js";
import { purchaseOrder } from "./purchase-order.js";
import { salesOrder } from "./sales-order.js";

export const transaction = entity("transaction", {
  description: "The booking of a sale or a purchase; payments settle it.",
  key: ["transaction_id"],
  fields: {
    transaction_id: int64("public", "Identifies the transaction."),
    transaction_type: choice(["SALE", "PURCHASE"], "public", "Whether it books a sale or a purchase."),
    sales_order_id: nullable(reference(salesOrder, "public", "The order sold, for a sale.")),
    purchase_order_id: nullable(reference(purchaseOrder, "public", "The order bought, for a purchase.")),
    ...stamps,
  },
  owner: { kind: "through", references: ["sales_order_id", "purchase_order_id"] },
  lookups: [
    {
      name: "transactions", by: "sales_order_id", orderBy: "created_at", direction: "desc",
      description: "Bookings of the order, newest first.",
    },
    {
      name: "transactions", by: "purchase_order_id", orderBy: "created_at", direction: "desc",
      description: "Bookings of the order, newest first.",
    },
  ],
});
