import { entity } from "../entity.js";
import { int64, nullable, reference, stamps, string } from "../fields.js";
import { address } from "./address.js";

export const counterparty = entity("counterparty", {
  description: "A company that buys from us or sells to us.",
  key: ["counterparty_id"],
  fields: {
    counterparty_id: int64("public", "Identifies the counterparty."),
    counterparty_legal_name: string(120, "public", "Registered name of the company."),
    legal_address_id: reference(address, "public", "Its legal seat."),
    commercial_contact: nullable(string(100, "personal", "Full name of the person who buys or sells.")),
    delivery_contact: nullable(string(100, "personal", "Full name of the person who takes deliveries.")),
    ...stamps,
  },
  owner: { kind: "field", field: "counterparty_id" },
  search: ["counterparty_legal_name", "commercial_contact", "delivery_contact"],
});
