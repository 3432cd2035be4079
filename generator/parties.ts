import { type Micros, second, timestampOf } from "./clock.js";
import type { Random } from "./random.js";
import { addressOwner, currencyCodes, departments, paymentTypes } from "./shape.js";
import type {
  Address, Counterparty, Currency, Department, Design, PaymentType, Staff, Stamps, TableName,
} from "./tables.js";
import { type Country, countryBy, personName, words } from "./words.js";
import { firstDay, foundingTime, homeOf, lastWritten, type World } from "./world.js";

/** What is written of a place, a company or a person: the same in the initial fill and in the stream. */
export type PostalAddress = Omit<Address, "address_id" | keyof Stamps>;
export type FieldDraw = (field: string) => Random;

export function placeIn(country: Country, draw: FieldDraw): PostalAddress {
  const say = (field: string, maxLength: number, what: Parameters<typeof words>[3]) => words(draw(field), country, maxLength, what);
  return {
    address_line_1: say("address_line_1", 100, ({ location }) => location.streetAddress()),
    address_line_2: draw("has_line_2").chance(0.3) ? say("address_line_2", 100, ({ location }) => location.secondaryAddress()) : null,
    district: draw("has_district").chance(0.8) ? say(
      "district", 60, ({ location }) => (country === "United Kingdom" ? location.county() : location.state()),
    ) : null,
    city: say("city", 60, ({ location }) => location.city()),
    postal_code: say("postal_code", 20, ({ location }) => location.zipCode()),
    country,
    phone: say("phone", 30, ({ phone }) => phone.number({ style: "international" })),
  };
}

export function companyName(country: Country, draw: FieldDraw): string {
  return words(draw("counterparty_legal_name"), country, 120, ({ company }) => company.name());
}

export function contactIn(country: Country, random: Random): string | null {
  return random.chance(0.9) ? personName(random, country, 100) : null;
}

export function addressRow(world: World, n: number): Address {
  const draw: FieldDraw = (field) => world.draw("address", n, field);
  return {
    address_id: String(n), ...placeIn(homeOf(world, addressOwner(world.shape, n)), draw),
    ...stampsOf(world, "address", n, madeAt(world, "address", n), 0.1),
  };
}

export function departmentRow(world: World, n: number): Department {
  const draw: FieldDraw = (field) => world.draw("department", n, field);
  return {
    department_id: String(n),
    department_name: departments[n - 1]!,
    location: draw("has_location").chance(0.9) ? draw("location").pick([
      "Manchester", "Leeds", "London", "Newcastle upon Tyne", "Łódź", "München",
    ]) : null,
    manager: draw("has_manager").chance(0.9) ? personName(draw("manager"), countryBy(draw("country")), 80) : null,
    ...stampsOf(world, "department", n, firstDay(world, n), 0.3),
  };
}

export function currencyRow(world: World, n: number): Currency {
  return { currency_id: String(n), currency_code: currencyCodes[n - 1]!, ...stampsOf(world, "currency", n, firstDay(world, n), 0) };
}

export function paymentTypeRow(world: World, n: number): PaymentType {
  return {
    payment_type_id: String(n), payment_type_name: paymentTypes[n - 1]!, ...stampsOf(world, "payment_type", n, firstDay(world, n), 0),
  };
}

export function designRow(world: World, n: number): Design {
  const draw: FieldDraw = (field) => world.draw("design", n, field);
  const name = words(
    draw("design_name"), "United States", 80, ({ commerce, color }) => `${commerce.productAdjective()} ${color.human()} Tote`,
  )
    .replace(/(^| )[a-z]/g, (letter) => letter.toUpperCase());
  const folder = draw("file_location").pick(["seasonal", "classic", "limited", "wholesale"]);
  return {
    design_id: String(n),
    design_name: name,
    file_location: `/artwork/${folder}/${String(Math.ceil(n / 100)).padStart(3, "0")}`,
    file_name: `${name.toLowerCase().replace(/[^a-z]+/g, "-")}-${n}.json`,
    ...stampsOf(world, "design", n, madeAt(world, "design", n), 0.1),
  };
}

export function staffRow(world: World, n: number): Staff {
  const draw: FieldDraw = (field) => world.draw("staff", n, field);
  const country = countryBy(draw("country"));
  const first = words(draw("first_name"), country, 50, ({ person }) => person.firstName());
  const last = words(draw("last_name"), country, 50, ({ person }) => person.lastName());
  return {
    staff_id: String(n),
    first_name: first,
    last_name: last,
    department_id: String(draw("department_id").zipf(departments.length)),
    email_address: `${[plain(first), plain(last)].filter(Boolean).join(".") || "staff"}.${n}@totesys.example`,
    ...stampsOf(world, "staff", n, madeAt(world, "staff", n), 0.2),
  };
}

export function counterpartyRow(world: World, n: number): Counterparty {
  const draw: FieldDraw = (field) => world.draw("counterparty", n, field);
  const country = homeOf(world, n);
  const seat = world.shape.ownAddresses + n;
  const made = madeAt(world, "address", seat) + draw("created_at").whole(1, 600) * second;
  return {
    counterparty_id: String(n),
    counterparty_legal_name: companyName(country, draw),
    legal_address_id: String(seat),
    commercial_contact: contactIn(country, draw("commercial_contact")),
    delivery_contact: contactIn(country, draw("delivery_contact")),
    ...stampsOf(world, "counterparty", n, made, 0.2),
  };
}

function madeAt(world: World, table: TableName, n: number): Micros {
  return foundingTime(world, n, world.shape.counts[table], world.draw(table, n, "created_at"));
}

function stampsOf(world: World, table: TableName, n: number, made: Micros, often: number): Stamps {
  const written = lastWritten(made, world.until, often, world.draw(table, n, "last_updated"));
  return { created_at: timestampOf(made), last_updated: timestampOf(written) };
}

/** Keeps the letters of a name that an e-mail address may have. */
function plain(name: string): string {
  return name.normalize("NFKD").toLowerCase().replace(/ł/g, "l").replace(/ß/g, "ss").replace(/[^a-z]/g, "");
}
