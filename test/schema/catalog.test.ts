import { catalog, IncoherentCatalog } from "../../schema/catalog.js";
import { entity, entryOf, keyText, lookupTable } from "../../schema/entity.js";
import { type Field, int32, int64, nullable, reference, stamps, string } from "../../schema/fields.js";
import { roles } from "../../schema/policy.js";
import { totesys } from "../../schema/totesys/catalog.js";

const a = entity("a", { description: "An a.", key: ["id"], fields: { id: int64("public", "Id.") }, owner: { kind: "everyone" } });

describe("the totesys catalog", () => {
  test("has the eleven tables, referenced before referencing", () => {
    const tables = totesys.entities.map((e) => e.table);
    expect([...tables].sort()).toEqual([
      "address", "counterparty", "currency", "department", "design", "payment", "payment_type", "purchase_order", "sales_order", "staff",
      "transaction",
    ]);
    for (const e of totesys.entities) {
      for (const field of Object.values(e.fields)) {
        if (field.references) expect(tables.indexOf(field.references.table)).toBeLessThan(tables.indexOf(e.table));
      }
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
      catalog(declared);
    } catch (error) {
      if (error instanceof IncoherentCatalog) return error.problems;
      throw error;
    }
    return [];
  };

  test("a field without a class or a description", () => {
    const classless = { type: { kind: "int32" }, nullable: false } as unknown as Field;
    expect(problems({ ...a, fields: { ...a.fields, price: classless } })).toEqual([
      "a.price: has no class; give it one of public, internal, confidential, personal",
      "a.price: has no description",
    ]);
  });

  test("a reference to nowhere, a nullable key, a bad name, a second declaration", () => {
    const b = entity("b", {
      description: "A b.", key: ["id"], owner: { kind: "everyone" },
      fields: { id: nullable(int64("public", "Id.")), aId: reference(a, "public", "An a.") },
    });
    expect(problems(b, b)).toEqual(expect.arrayContaining([
      "b is declared twice",
      "b.id: a key field cannot be null",
      "b.aId: a field name is lower case with underscores",
      "b.aId: references a, which is not in the catalog",
    ]));
  });

  test("references in a circle have no insertion order", () => {
    const of = (table: string, target: string) => entity(table, {
      description: "One of a pair.", key: ["id"], owner: { kind: "everyone" },
      fields: { id: int64("public", "Id."), other_id: reference({ table: target, key: ["id"] }, "public", "The other.") },
    });
    expect(problems(of("left", "right"), of("right", "left"))).toEqual(["references form a circle: left -> right -> left"]);
  });
});

test("a declaration that names a missing field does not compile", () => {
  const fields = {
    id: int64("public", "Id."), n: int32("public", "N."), s: string(9, "public", "S."), a_id: reference(a, "public", "An a."), ...stamps,
  };
  const rest = { description: "An x.", key: ["id"], fields, owner: { kind: "everyone" } } as const;
  // Checked by the compiler, which builds the tests too; nothing here runs.
  const declarations = [
    // @ts-expect-error the key names no field
    () => entity("x", { ...rest, key: ["nope"] }),
    // @ts-expect-error the owner rule names no field
    () => entity("x", { ...rest, owner: { kind: "field", field: "nope" } }),
    // @ts-expect-error an owner can be followed through references only
    () => entity("x", { ...rest, owner: { kind: "through", references: ["s"] } }),
    // @ts-expect-error search wants texts and ids
    () => entity("x", { ...rest, search: ["n"] }),
    // @ts-expect-error a lookup is by a reference
    () => entity("x", { ...rest, lookups: [{ name: "xs", by: "s", orderBy: "created_at", direction: "asc", description: "" }] }),
    // @ts-expect-error a lookup is ordered by a field
    () => entity("x", { ...rest, lookups: [{ name: "xs", by: "a_id", orderBy: "nope", direction: "asc", description: "" }] }),
    // @ts-expect-error there is no such class
    () => int64("secret", "Id."),
  ];
  expect(declarations).toHaveLength(7);
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
  expect(roles.partner.reads).toEqual(["public"]);
  expect(roles.finance.reads).not.toContain("personal");
  expect(roles.support.reads).not.toContain("confidential");
});
