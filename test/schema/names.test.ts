import fc from "fast-check";
import type { Entity } from "../../schema/entity.js";
import { enumValueNames, fieldName, named, referenceName, rootName, typeName } from "../../schema/names.js";
import { entity, int64 } from "../support/declare.js";

const table = (name: string, columns: readonly string[] = ["id"]) => entity(name, {
  description: "One.", key: [columns[0]!], owner: { kind: "everyone" },
  fields: Object.fromEntries(columns.map((column) => [column, int64("public", "A number.")])),
});
const legal = /^[A-Za-z][_0-9A-Za-z]*$|^_[0-9A-Za-z][_0-9A-Za-z]*$/;
const names = (...tables: string[]) => named(tables.map((each) => table(each))).map(typeName);

test("names follow the API's custom, whatever custom MySQL's names follow", () => {
  expect(names("sales_order", "InvoiceLine", "order item", "Ünïcode-tablé", "1st", "STAFF")).toEqual([
    "SalesOrder", "InvoiceLine", "OrderItem", "UnicodeTable", "_1st", "STAFF",
  ]);
  const of = table("t", ["address_line_1", "ArtistId", "ISBN", "first name", "__typename", "Größe"]);
  expect(Object.keys(of.fields).map((column) => fieldName(of, column))).toEqual([
    "addressLine1", "artistId", "isbn", "firstName", "typename", "grosse",
  ]);
  expect([referenceName("agreed_delivery_location_id", "address"), referenceName("ArtistId", "Artist"), referenceName("inside", "box")])
    .toEqual(["agreedDeliveryLocation", "artist", "insideBox"]);
});

test("a table called like a part of the API gets another name there, for its type and at the root", () => {
  const tables = named(["search", "viewer", "query", "PageInfo", "role", "string"].map((each) => table(each)));
  expect(tables.map(typeName)).toEqual(["SearchRow", "ViewerRow", "QueryRow", "PageInfoRow", "RoleRow", "StringRow"]);
  expect(tables.map(rootName)).toEqual(["searchRow", "viewerRow", "queryRow", "pageInfoRow", "roleRow", "stringRow"]);
});

test("of names that would be one the plainest stays, also when others come later; a name that was given always stays", () => {
  const [plain, ...others] = names("order_item", "order item", "order-item");
  expect(plain).toBe("OrderItem");
  expect(new Set(others).size).toBe(2);
  expect(others.every((name) => /^OrderItem_[0-9a-f]{6}$/.test(name))).toBe(true);
  expect(names("order-item", "order_item")).toEqual([others[1], "OrderItem"]);
  const given: Entity = { ...table("order item"), name: "OrderItem" };
  expect(named([table("order_item"), given]).map(typeName)).toEqual([expect.stringMatching(/^OrderItem_[0-9a-f]{6}$/), "OrderItem"]);
});

test("any names of MySQL give legal names of the API, no two alike", () => {
  const name = fc.string({ minLength: 1, maxLength: 24, unit: fc.constantFrom(..."ab_-. 1Aé漢".split(""), "__", "Edge", "Connection") });
  fc.assert(fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 12 }), (all) => {
    const tables = named(all.map((each) => table(each))), types = tables.map(typeName);
    expect(types.filter((each) => !legal.test(each))).toEqual([]);
    const forms = types.flatMap((each) => [each, `${each}Connection`, `${each}Edge`]);
    expect(new Set(forms).size).toBe(forms.length);
    expect(new Set(tables.map(rootName)).size).toBe(tables.length);
    const [wide] = named([table("t", all)]);
    const columns = all.map((column) => fieldName(wide!, column));
    expect([columns.filter((each) => !legal.test(each)), new Set(columns).size]).toEqual([[], columns.length]);
  }), { numRuns: 400 });
});

test("values of an ENUM stand beside each other, however alike their texts", () => {
  expect(enumValueNames({ kind: "choice", values: ["in-progress", "in_progress", "In Progress", "2nd", "NC-17"] })).toEqual([
    ["IN_PROGRESS", "in-progress"], ["IN_PROGRESS_2", "in_progress"], ["IN_PROGRESS_3", "In Progress"], ["_2ND", "2nd"], ["NC_17", "NC-17"],
    ["_EMPTY", ""],
  ]);
});
