import type { RowDataPacket } from "mysql2/promise";
import { timestampOf } from "../clock.js";
import { insertRows, updateRow } from "../insert.js";
import { companyName, contactIn, placeIn } from "../parties.js";
import { tables } from "../tables.js";
import { type Country, countries, countryBy, personName } from "../words.js";
import type { Trade, Done } from "./trade.js";

/** Adds a new counterparty, and its seat. */
export async function meet({ connection, draw, now }: Trade): Promise<Done> {
  const stamps = { created_at: timestampOf(now), last_updated: timestampOf(now) };
  const country = countryBy(draw("country"));
  const seat = await insertRows(connection, tables.address, [{ ...placeIn(country, draw), ...stamps }]);
  const id = await insertRows(connection, tables.counterparty, [{
    counterparty_legal_name: companyName(country, draw),
    legal_address_id: seat,
    commercial_contact: contactIn(country, draw("commercial_contact")),
    delivery_contact: contactIn(country, draw("delivery_contact")),
    ...stamps,
  }]);
  return { inserted: 2, updated: 0, deleted: 0, met: { id, seat }, trace: { table: tables.counterparty, key: id, at: stamps.created_at } };
}

/** Changes the person who buys, sells or takes deliveries for a counterparty. */
export async function changeContact({ connection, directory, draw, now }: Trade): Promise<Done> {
  const partner = draw("counterparty_id").pick(directory.partners);
  const who = draw("who").pick(["commercial_contact", "delivery_contact"]);
  const name = personName(draw("name"), countryBy(draw("country")), 100);
  const updated = await updateRow(connection, tables.counterparty, partner.id, { [who]: name, last_updated: timestampOf(now) });
  return { inserted: 0, updated, deleted: 0, trace: { table: tables.counterparty, key: partner.id, at: timestampOf(now) } };
}

/** Moves an employee to a department, perhaps the former one. */
export async function moveStaff({ connection, directory, draw, now }: Trade): Promise<Done> {
  const department = draw("department_id").pick(directory.departments);
  const who = draw("staff_id").pick(directory.staff);
  const updated = await updateRow(connection, tables.staff, who, { department_id: department, last_updated: timestampOf(now) });
  return { inserted: 0, updated, deleted: 0, trace: { table: tables.staff, key: who, at: timestampOf(now) } };
}

/** Corrects the seat of a counterparty, or its telephone number. */
export async function correctAddress({ connection, directory, draw, now }: Trade): Promise<Done> {
  const { seat } = draw("counterparty_id").pick(directory.partners);
  const [[found]] = await connection.query<RowDataPacket[]>("SELECT country FROM address WHERE address_id = ? FOR UPDATE", [seat]);
  const country = countries.find((each) => each === found?.country) ?? ("United Kingdom" satisfies Country);
  const { address_line_1, postal_code, phone } = placeIn(country, draw);
  const corrected = draw("moved").chance(0.5) ? { address_line_1, postal_code } : { phone };
  const updated = await updateRow(connection, tables.address, seat, { ...corrected, last_updated: timestampOf(now) });
  return { inserted: 0, updated, deleted: 0, trace: { table: tables.address, key: seat, at: timestampOf(now) } };
}
