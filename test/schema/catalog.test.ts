import { catalog, IncoherentCatalog } from "../../schema/catalog.js";
import { entryOf, keyText, lookupTable } from "../../schema/entity.js";
import { totesys } from "../support/totesys.js";
import { entity, int32, int64, nullable, reference } from "../support/declare.js";

const a = entity("a", { description: "An a.", key: ["id"], fields: { id: int64("public", "Id.") }, owner: { kind: "everyone" } });

describe("the totesys catalog", () => {
  test("has the eleven tables, referenced before referencing", () => {
    const tables = totesys.entities.map((e) => e.table);
    expect([...tables].sort()).toEqual([
      "address", "counterparty", "currency", "department", "design", "payment", "payment_type", "purchase_order", "sales_order", "staff",
      "transaction",
    ]);
    for (const e of totesys.entities) {
      for (const { to } of e.references) expect(tables.indexOf(to)).toBeLessThan(tables.indexOf(e.table));
    }
  });

  test("keeps prices, amounts and accounts confidential and names, mail, phone and address lines personal", () => {
    const of = (fieldClass: string) => totesys.entities.flatMap((e) =>
      Object.entries(e.fields).filter(([, field]) => field.class === fieldClass).map(([name]) => `${e.table}.${name}`)).sort();
    expect(of("confidential")).toEqual([
      "payment.company_ac_number", "payment.counterparty_ac_number", "payment.payment_amount", "purchase_order.item_unit_price",
      "sales_order.unit_price",
    ]);
    expect(of("personal")).toEqual([
      "address.address_line_1", "address.address_line_2", "address.phone", "counterparty.commercial_contact",
      "counterparty.delivery_contact",
      "department.manager", "staff.email_address", "staff.first_name", "staff.last_name",
    ]);
  });

  test("leads from a counterparty to its orders and payments", () => {
    const names = totesys.lookupsFrom(totesys.entity("counterparty")).map(({ entity: e, lookup }) =>
      `${lookup.name}: ${lookupTable(e, lookup)}`);
    expect(names.sort()).toEqual([
      "payments: payment_by_counterparty_id", "purchaseOrders: purchase_order_by_counterparty_id",
      "salesOrders: sales_order_by_counterparty_id",
    ]);
  });

  test("an unknown table is named together with those that exist", () => {
    expect(() => totesys.entity("orders")).toThrow(/no entity "orders".*sales_order/);
  });
});

describe("an incoherent catalog is refused with every problem at once", () => {
  const problems = (...declared: Parameters<typeof catalog>[0][number][]) => {
    try {
      catalog(declared, { classes: { public: "Public." }, roles: {} });
    } catch (error) {
      if (error instanceof IncoherentCatalog) return error.problems;
      throw error;
    }
    return [];
  };

  test("a class that no policy has", () => {
    const b = { ...a, table: "b", fields: { id: int64("secret", "Id.") } };
    expect(problems(b)).toEqual(["b.id: its class secret is not one of public, unclassified"]);
  });

  test("a reference to nowhere or of too few fields, a nullable key, a second declaration, and what names no field", () => {
    const b = entity("b", {
      description: "A b.", key: ["id"], owner: { kind: "through", references: ["nowhere"] },
      fields: {
        id: nullable(int64("public", "Id.")), c_id: reference({ table: "c" }, "public", "A c."), n: nullable(int32("public", "N.")),
      },
      search: ["text"],
      lookups: [{ name: "bs", by: "n", orderBy: "n", direction: "asc", description: "Its bs." }],
    });
    const pair = { ...a, table: "pair", key: ["id", "id"] };
    const d = { ...a, table: "d", references: [{ name: "pair", fields: ["id"], to: "pair", description: "A pair." }] };
    expect(problems(b, b, pair, d)).toEqual(expect.arrayContaining([
      "b is declared twice",
      "b.id: a key field cannot be null",
      "b: reference c leads to c, which is not in the catalog",
      "b: search names text, which is not a field",
      "b: lookup bs is ordered by n, which can be null",
      "b: lookup bs is by n, which references nothing",
      "b: the owner rule leads through nowhere, which is no reference",
      "d: reference pair has 1 fields, and the key of pair has 2",
    ]));
  });
});

test("references may form a circle, and lead back to their own table", () => {
  const of = (table: string, ...targets: string[]) => entity(table, {
    description: "One of a circle.", key: ["id"], owner: { kind: "everyone" },
    fields: {
      id: int64("public", "Id."),
      ...Object.fromEntries(targets.map((target) => [`${target}_id`, reference({ table: target }, "public", "The other.")])),
    },
  });
  const { entities } = catalog([of("left", "right"), of("right", "left"), of("tree", "tree", "left")]);
  expect(entities.map(({ table }) => table)).toEqual(["right", "left", "tree"]);
});

test("different keys never share a text", () => {
  expect(keyText(["a,b", "c"])).not.toBe(keyText(["a", "b,c"]));
  expect(keyText(["a\\", "b"])).not.toBe(keyText(["a\\,b"]));
  expect(keyText([7])).toBe("7");
});

test("an entry stands by its order, then its key", () => {
  const salesOrder = totesys.entity("sales_order");
  expect(entryOf(salesOrder, salesOrder.lookups[0]!, { created_at: "2026-01-01T00:00:00.000000Z", sales_order_id: "4" })).toEqual([
    "2026-01-01T00:00:00.000000Z", "4",
  ]);
});

test("every role is denied what it does not list", () => {
  const { roles } = totesys;
  expect(roles.partner!.reads).toEqual(["public"]);
  expect(roles.finance!.reads).not.toContain("personal");
  expect(roles.support!.reads).not.toContain("confidential");
  expect(roles.administrator!.reads).toEqual(["public", "internal", "confidential", "personal", "unclassified"]);
});
