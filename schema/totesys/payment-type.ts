import { entity } from "../entity.js";
import { int64, stamps, string } from "../fields.js";

export const paymentType = entity("payment_type", {
  description: "A kind of payment: receipt, refund and so on.",
  key: ["payment_type_id"],
  fields: {
    payment_type_id: int64("public", "Identifies the payment type."),
    payment_type_name: string(40, "public", "Name of the payment type."),
    ...stamps,
  },
  owner: { kind: "everyone" },
  search: ["payment_type_name"],
});
