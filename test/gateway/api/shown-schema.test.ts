import {
  buildClientSchema, getIntrospectionQuery, type GraphQLSchema, type IntrospectionQuery, isEnumType, isObjectType, isUnionType,
} from "graphql";
import { totesys } from "../../support/totesys.js";
import { serverAudits } from "graphql-http";
import { authorizationFor, secret } from "../support/tokens-for.js";
import { openWorld, type World } from "../support/world.js";

let world: World;
beforeAll(async () => { world = await openWorld({ jwtSecret: secret }); });
afterAll(async () => world[Symbol.asyncDispose]());

const schemaFor = async (role: string): Promise<GraphQLSchema> => {
  const { data, errors } = await world.ask(await authorizationFor(role), getIntrospectionQuery());
  expect(errors).toBeUndefined();
  return buildClientSchema(data as unknown as IntrospectionQuery);
};
const fieldsOf = (schema: GraphQLSchema, name: string) => {
  const type = schema.getType(name);
  return isObjectType(type) ? Object.keys(type.getFields()) : [];
};

test("each viewer is shown the schema of what it may read, in production too", async () => {
  const [partner, administrator] = [await schemaFor("partner"), await schemaFor("administrator")];
  expect(fieldsOf(partner, "SalesOrder")).toEqual(expect.arrayContaining(["salesOrderId", "unitsSold", "design", "transactions"]));
  for (const hidden of ["unitPrice", "staffId", "staff"]) expect([
    hidden, fieldsOf(partner, "SalesOrder").includes(hidden), fieldsOf(administrator, "SalesOrder").includes(hidden),
  ]).toEqual([hidden, false, true]);
  // Rows that only show from another row have no root field for a viewer that sees its own rows.
  expect([
    fieldsOf(partner, "Query").includes("address"), fieldsOf(administrator, "Query").includes("address"),
    fieldsOf(partner, "Address").length > 0,
  ]).toEqual([false, true, true]);
  // Nothing leads to it any more.
  expect([partner.getType("StaffConnection"), isObjectType(administrator.getType("StaffConnection"))]).toEqual([undefined, true]);
});

test("what cannot be found is not offered to be searched", async () => {
  const [partner, administrator] = [await schemaFor("partner"), await schemaFor("administrator")];
  const [searchable, all] = [partner, administrator].map((schema) => {
    const [names, union] = [schema.getType("Searchable"), schema.getType("Search")];
    return [
      isEnumType(names) ? names.getValues().map(({ name }) => name) : [],
      isUnionType(union) ? union.getTypes().map(({ name }) => name) : [],
    ];
  });
  for (const hidden of [
    "STAFF", "ADDRESS", "Staff", "Address",
  ]) expect([hidden, searchable!.flat().includes(hidden), all!.flat().includes(hidden)]).toEqual([hidden, false, true]);
  expect(searchable!.flat()).toEqual(expect.arrayContaining(["DESIGN", "Design"]));
});

test("__type describes only what the viewer is shown, wherever it stands in an operation", async () => {
  const query = `{ viewer { role } ...F } fragment F on Query { hidden: __type(name: "StaffConnection") { name } shown: __type(name: `
    + `"Design") { name } }`;
  expect((await world.ask(await authorizationFor("partner"), query)).data).toEqual({
    viewer: { role: "PARTNER" }, hidden: null, shown: { name: "Design" },
  });
  expect((await world.ask(await authorizationFor("administrator"), query)).data).toMatchObject({ hidden: { name: "StaffConnection" } });
  expect((await world.ask(null, query)).status).toBe(401);
});

test("the description of a type takes no alias, so that an answer is no larger than the schema", async () => {
  const query = "{ a: __schema { types { name ...F } } } fragment F on __Type { b: fields(includeDeprecated: true) { c: name } }";
  const { status, errors } = await world.ask(await authorizationFor("partner"), query);
  expect([status, errors?.filter(({ message }) => message === "what a type says of itself takes no alias").length]).toEqual([400, 2]);
});

test("invariant 6: a field that is shown can be read, and one that is not is denied, for every role", async () => {
  for (const role of Object.keys(totesys.roles)) {
    const shown = await schemaFor(role);
    const authorization = await authorizationFor(role);
    const fields = Object.keys(
      totesys.entity("counterparty").fields,
    ).map((name) => name.replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase()));
    const { errors = [] } = await world.ask(authorization, `{ counterparty(counterpartyId: "1") { ${fields.join(" ")} } }`);
    const denied = errors.map(({ path }) => path!.at(-1));
    expect([role, fields.filter((name) => !fieldsOf(shown, "Counterparty").includes(name))]).toEqual([role, denied]);
  }
});

test("an operation is held against the whole API, but suggestions use only names that the viewer is shown", async () => {
  const hint = async (role: string, query: string) => (await world.ask(await authorizationFor(role), query)).errors?.[0]?.message;
  expect(await hint("partner", "{ viewr { id } }")).toBe('Cannot query field "viewr" on type "Query". Did you mean "viewer"?');
  expect(
    await hint("partner", '{ salesOrder(salesOrderId: "3") { unitPric } }'),
  ).toBe('Cannot query field "unitPric" on type "SalesOrder".');
  expect(await hint("administrator", '{ salesOrder(salesOrderId: "3") { unitPric } }')).toMatch(/Did you mean "unitPrice"/);
  expect(
    await hint("partner", "{ search(text: \"a\", types: [ADDRES]) { __typename } }"),
  ).toBe('Value "ADDRES" does not exist in "Searchable" enum.');
});

test("every MUST of GraphQL over HTTP holds for a partner in production", async () => {
  const authorization = await authorizationFor("partner");
  const fetchFn = (url: string, init: RequestInit) => fetch(
    url, { ...init, headers: { ...init.headers, ...authorization, "apollo-require-preflight": "1" } },
  );
  const audits = serverAudits({ url: `${world.url}/graphql`, fetchFn }).filter(({ name }) => name.startsWith("MUST"));
  expect(audits.length).toBeGreaterThan(10);
  const failed: string[] = [];
  for (const audit of audits) {
    const result = await audit.fn();
    if (result.status !== "ok") failed.push(`${audit.name}: ${result.reason}`);
  }
  expect(failed).toEqual([]);
});
