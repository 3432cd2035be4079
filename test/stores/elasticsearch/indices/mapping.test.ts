import { totesys } from "../../../support/totesys.js";
import { exactField, mappingOf, undeclarable, widening } from "../../../../stores/elasticsearch/indices/mapping.js";
import { entity, boolean, choice, date, decimal, int32, int64, nullable, reference, string, timestamp } from "../../../support/declare.js";

const shelf = entity(
  "shelf", { description: "-", key: ["shelf_id"], fields: { shelf_id: int64("public", "-") }, owner: { kind: "everyone" } },
);
const box = entity("box", {
  description: "-",
  key: ["code"],
  fields: {
    code: string(20, "public", "-"), shelf_id: reference(shelf, "public", "-"), rank: int32("public", "-"),
    price: decimal(12, 2, "public", "-"),
    mass: decimal(30, 9, "public", "-"), full: boolean("public", "-"), kind: choice(["A", "B"], "public", "-"), day: date("public", "-"),
    seen_at: timestamp("public", "-"), label: nullable(string(60, "public", "-")), notes: string(60_000, "public", "-"),
  },
  owner: { kind: "everyone" },
  lookups: [{ name: "boxes", by: "shelf_id", orderBy: "seen_at", direction: "desc", description: "-" }],
  search: ["code", "label"],
});

test("an entity's index holds each field in the form that searches, orders and comparisons need", () => {
  expect(mappingOf(box)).toEqual({
    dynamic: "strict",
    _meta: { key: ["code"] },
    properties: {
      sluice_key: { type: "keyword" },
      sluice_version: { type: "long" },
      sluice_deleted: { type: "boolean" },
      sluice_words: { type: "keyword", doc_values: false },
      sluice_length_0: { type: "long", index: false },
      sluice_length_1: { type: "long", index: false },
      code: { type: "keyword" },
      shelf_id: { type: "long" },
      rank: { type: "long" },
      price: { type: "double" },
      mass: { type: "double" },
      full: { type: "boolean" },
      kind: { type: "keyword" },
      day: { type: "date", format: "strict_date_optional_time" },
      seen_at: { type: "date", format: "strict_date_optional_time", fields: { exact: { type: "keyword" } } },
      label: { type: "keyword", index: false, doc_values: false },
      notes: { type: "keyword", ignore_above: 8191 },
    },
  });
  expect(["code", "shelf_id", "seen_at", "kind"].map((name) => exactField(box, name))).toEqual([
    "code", "shelf_id", "seen_at.exact", "kind",
  ]);
});

test("the sales order's index, written out", () => {
  const plainDate = { type: "date", format: "strict_date_optional_time" };
  expect(mappingOf(totesys.entity("sales_order")).properties).toEqual({
    sluice_key: { type: "keyword" }, sluice_version: { type: "long" }, sluice_deleted: { type: "boolean" },
    sluice_words: { type: "keyword", doc_values: false }, sluice_length_0: { type: "long", index: false },
    sales_order_id: { type: "long" }, design_id: { type: "long" }, staff_id: { type: "long" }, counterparty_id: { type: "long" },
    units_sold: { type: "long" }, unit_price: { type: "double" }, currency_id: { type: "long" },
    agreed_delivery_date: plainDate, agreed_payment_date: plainDate, agreed_delivery_location_id: { type: "long" },
    created_at: { ...plainDate, fields: { exact: { type: "keyword" } } }, last_updated: plainDate,
  });
});

test("a field more is added; another type or key is a problem that names it", () => {
  const actual = mappingOf(box);
  const { label: _, ...fewer } = actual.properties;
  expect(widening({ ...actual, properties: fewer }, actual)).toEqual({
    added: { label: { type: "keyword", index: false, doc_values: false } }, problems: [],
  });
  expect(
    widening({ ...actual, properties: { ...actual.properties, dropped: { type: "long" } } }, actual),
  ).toEqual({ added: {}, problems: [] });
  const other = { ...actual, _meta: { key: ["id"] }, properties: { ...actual.properties, rank: { type: "date" } } };
  expect(widening(other, actual).problems).toEqual([
    "its key is (id) there and (code) in the catalog", "rank is date there and long in the catalog",
  ]);
});

test("what the owner rule of any row scope compares is compared exactly, also a text that searches look into", () => {
  const scoped = { ...box, owner: { kind: "by scope", of: { shelf: { kind: "field", field: "label" } } } } as const;
  expect(mappingOf(box).properties.label).toMatchObject({ index: false });
  expect(mappingOf(scoped).properties.label).toEqual({ type: "keyword" });
});

test("a field that an index would order wrongly is reported", () => {
  const wrong = entity("wrong", {
    description: "-", key: ["wrong_id"],
    fields: {
      wrong_id: int64("public", "-"), shelf_id: reference(shelf, "public", "-"), mass: decimal(30, 9, "public", "-"),
      body: { type: { kind: "json" }, class: "public", description: "-", nullable: false },
    },
    owner: { kind: "everyone" },
    lookups: [
      { name: "wrongs", by: "shelf_id", orderBy: "mass", direction: "asc", description: "-" },
      { name: "bodies", by: "shelf_id", orderBy: "body", direction: "asc", description: "-" },
    ],
  });
  expect(undeclarable(wrong)).toEqual([
    "wrong: lookup wrongs is ordered by mass, whose more than 15 digits a double cannot order",
    "wrong: lookup bodies is ordered by body, a json, which this store does not order",
  ]);
  expect(totesys.entities.flatMap(undeclarable)).toEqual([]);
});
