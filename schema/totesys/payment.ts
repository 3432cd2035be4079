import { entity } from "../entity.js";
import { boolean, date, decimal, int64, reference, stamps, string } from "../fields.js";
import { counterparty } from "./counterparty.js";
import { currency } from "./currency.js";
import { paymentType } from "./payment-type.js";
import { transaction } from "./transaction.js";

export const payment = entity("payment", {
  description: "A payment, due or made, that settles a transaction.",
  key: ["payment_id"],
  fields: {
    payment_id: int64("public", "Identifies the payment."),
    transaction_id: reference(transaction, "public", "The transaction it settles."),
    counterparty_id: reference(counterparty, "public", "Who pays or is paid."),
    payment_amount: decimal(14, 2, "confidential", "Amount, in the payment's currency."),
    currency_id: reference(currency, "public", "Currency of the amount."),
    payment_type_id: reference(paymentType, "public", "Kind of payment."),
    paid: boolean("public", "Whether it has been made."),
    payment_date: date("public", "Day it is due or was made."),
    company_ac_number: string(34, "confidential", "Our account number."),
    counterparty_ac_number: string(34, "confidential", "The counterparty's account number."),
    ...stamps,
  },
  owner: { kind: "field", field: "counterparty_id" },
  lookups: [
    {
      name: "payments", by: "transaction_id", orderBy: "created_at", direction: "desc",
      description: "Payments that settle it, newest first.",
    },
    {
      name: "payments", by: "counterparty_id", orderBy: "created_at", direction: "desc",
      description: "Payments with the counterparty, newest first.",
    },
  ],
  search: ["payment_id", "company_ac_number", "counterparty_ac_number"],
});
