import { entity } from "../entity.js";
import { int64, stamps, string } from "../fields.js";

export const currency = entity("currency", {
  description: "A currency orders and payments are made in.",
  key: ["currency_id"],
  fields: {
    currency_id: int64("public", "Identifies the currency."),
    currency_code: string(3, "public", "ISO 4217 code."),
    ...stamps,
  },
  owner: { kind: "everyone" },
  search: ["currency_code"],
});
