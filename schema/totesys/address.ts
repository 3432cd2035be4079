import { entity } from "../entity.js";
import { int64, nullable, stamps, string } from "../fields.js";

export const address = entity("address", {
  description: "A postal address: a counterparty's legal seat or a place of delivery.",
  key: ["address_id"],
  fields: {
    address_id: int64("public", "Identifies the address."),
    address_line_1: string(100, "personal", "First line: house and street."),
    address_line_2: nullable(string(100, "personal", "Second line: flat, building.")),
    district: nullable(string(60, "public", "District or county.")),
    city: string(60, "public", "City."),
    postal_code: string(20, "internal", "Postal code."),
    country: string(60, "public", "Country, in English."),
    phone: string(30, "personal", "Telephone number at the address."),
    ...stamps,
  },
  owner: { kind: "referenced" },
  search: ["address_line_1", "address_line_2", "district", "city", "postal_code", "country", "phone"],
});
