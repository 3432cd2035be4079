import { type Line, sql } from "../database.js";
import { cents, draw, firstNames, lastNames, moment, places, sentence, times, title } from "../words.js";
import type { sakilaTables } from "./tables.js";

/** A table's columns, and its lines in their order. */
interface Rows { readonly columns: readonly string[]; readonly lines: readonly Line[] }

const updated = moment(2006, 65_314);
const ratings = ["G", "PG", "PG-13", "R", "NC-17"];
const features = ["Trailers", "Commentaries", "Deleted Scenes", "Behind the Scenes"];
const categories = [
  "Action", "Animation", "Children", "Classics", "Comedy", "Documentary", "Drama", "Family", "Foreign", "Games", "Horror", "Music", "New",
  "Sci-Fi", "Sports", "Travel",
];
const count = { actors: 200, countries: 40, cities: 300, addresses: 610, customers: 600, films: 1000, copies: 2000, rentals: 2000 };

/** The data of each table; film_text has none of its own, because the triggers of film fill it. */
export const sakilaRows = (): Readonly<Record<Exclude<keyof typeof sakilaTables, "film_text">, Rows>> => ({
  actor: of(["actor_id", "first_name", "last_name"], times(count.actors, (id) => [id, first("actor", id), last("actor", id)])),
  country: of(["country_id", "country"], times(count.countries, (id) => [id, `${title(id * 7)} Republic`])),
  city: of(["city_id", "city", "country_id"], times(count.cities, (id) => [
    id, `${places[id % places.length]!} ${Math.ceil(id / places.length)}`, id <= count.countries ? id : draw("city", id, "of").whole(1, 40),
  ])),
  address: of(
    ["address_id", "address", "address2", "district", "city_id", "postal_code", "phone", "location"], times(count.addresses, (id) => [
      id, `${draw("address", id, "house").whole(1, 1999)} ${last("address", id)} Street`, [null, "", `Flat ${id}`][id % 3]!,
      places[draw("address", id, "district").whole(0, 24)]!, draw("address", id, "city").whole(1, count.cities),
      id % 50 === 0 ? null : String(draw("address", id, "code").whole(100, 99_999)).padStart(5, "0"),
      id < 5 ? "" : String(draw("address", id, "phone").whole(1e11, 9e11)), location(id),
    ])),
  category: of(["category_id", "name"], categories.map((name, i) => [i + 1, name])),
  language: of(
    ["language_id", "name"],
    ["English", "Italian", "日本語", "Français", "Deutsch", "Türkçe"].map((name, i) => [i + 1, name]),
  ),
  customer: of(
    ["customer_id", "store_id", "first_name", "last_name", "email", "address_id", "active", "create_date"], times(count.customers, (id) => [
      id, 1 + id % 2, first("customer", id), last("customer", id), id % 60 === 0 ? null : `customer.${id}@example.com`, id + 10,
      id % 40 === 0 ? 0 : 1, moment(2006, id),
    ])),
  film: of([
    "film_id", "title", "description", "release_year", "language_id", "original_language_id", "rental_duration", "rental_rate", "length",
    "replacement_cost", "rating", "special_features",
  ], times(count.films, film)),
  film_actor: of(["actor_id", "film_id"], times(count.films, (id) => times(id % 4, (nth) => [(id * 3 + nth * 41) % 200 + 1, id])).flat()),
  film_category: of(
    ["film_id", "category_id"], times(count.films, (id) => [id, draw("film", id, "category").whole(1, categories.length)])),
  inventory: of(
    ["inventory_id", "film_id", "store_id"], times(count.copies, (id) => [id, draw("inventory", id, "film").zipf(1000), 1 + id % 2])),
  payment: of(
    ["payment_id", "customer_id", "staff_id", "rental_id", "amount", "payment_date"], times(count.rentals, (id) => [
      id, renter(id), 1 + id % 4, id % 400 === 0 ? null : id, cents(draw("payment", id, "amount").pick([0, 99, 299, 499, 1199])),
      rentedAt(id, 3),
    ])),
  rental: of(
    ["rental_id", "rental_date", "inventory_id", "customer_id", "return_date", "staff_id"], times(count.rentals, (id) => [
      id, rentedAt(id, 0), (id * 7) % count.copies + 1, renter(id),
      id > count.rentals - 150 ? null : rentedAt(id, draw("rental", id, "days").whole(1, 10) * 1440), 1 + id % 4,
    ])),
  // Each store's manager works in it: the circle of the two tables.
  staff: of(
    ["staff_id", "first_name", "last_name", "address_id", "picture", "email", "store_id", "active", "username", "password"],
    times(4, (id) => [
      id, first("staff", id), last("staff", id), id + 2, id === 1 ? everyByte : id === 2 ? Buffer.alloc(0) : null,
      id === 4 ? null : `staff.${id}@example.com`, 1 + (id + 1) % 2, id === 4 ? 0 : 1, ["mike", "jon", "Zoë", "JON"][id - 1]!,
      id === 2 ? null : `${"8cb2237d0679ca88db6464eac60da96345513"}aA${id}`,
    ])),
  store: of(["store_id", "manager_staff_id", "address_id"], times(2, (id) => [id, id, id])),
});

function of(columns: readonly string[], lines: readonly Line[]): Rows {
  return { columns: [...columns, "last_update"], lines: lines.map((line) => [...line, updated]) };
}

function film(id: number): Line {
  const random = draw("film", id, "all");
  const mask = random.whole(0, 15);
  const chosen = features.filter((_, bit) => mask & (1 << bit)).join(",");
  return [
    id, title(id).toUpperCase(), id % 100 === 0 ? null : sentence("film", id), id % 90 === 0 ? null : random.whole(1901, 2155),
    1 + id % 6, id % 5 === 0 ? random.whole(1, 6) : null, random.whole(3, 7), cents(random.pick([99, 299, 499])),
    id % 70 === 0 ? null : random.whole(46, 185), cents(random.whole(999, 2999)), random.pick(ratings), id % 80 === 0 ? null : chosen,
  ];
}

/** Most are points; a column of GEOMETRY holds every other shape as well. */
function location(id: number): ReturnType<typeof sql> {
  const [x, y] = [draw("address", id, "x").whole(-1800, 1800) / 10, draw("address", id, "y").whole(-900, 900) / 10];
  const shape = id === 5 ? `LINESTRING(${x} ${y}, 0 0, 1.5 2.5)` : id === 6 ? "POLYGON((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 2 1, 2 2, 1 1))"
    : `POINT(${x} ${y})`;
  return sql(`ST_GeomFromText('${shape}')`);
}

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

function renter(rental: number): number {
  return draw("rental", rental, "customer").whole(1, count.customers);
}

function rentedAt(rental: number, later: number): string {
  return moment(2005, 206_000 + rental * 41 + later);
}

function first(table: string, id: number): string {
  return draw(table, id, "first").pick(firstNames);
}

function last(table: string, id: number): string {
  return draw(table, id, "last").pick(lastNames);
}
