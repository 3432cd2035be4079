import { openWorld, type World } from "../support/world.js";

let world: World;
let production: World;
beforeAll(async () => {
  world = await openWorld();
  production = await openWorld({ jwtSecret: "0123456789abcdef0123456789abcdef" });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await production[Symbol.asyncDispose]();
});

const refusal = async (query: string, variables = {}) => {
  const { status, data, errors } = await world.ask("administrator", query, variables);
  return [status, data, errors?.[0]?.extensions.code, errors?.[0]?.message];
};
const nested = (levels: number) => {
  const pairs = Math.floor(levels / 2);
  return `{ counterparty(counterpartyId: "1") ${"{ payments(first: 1) { nodes { counterparty ".repeat(pairs)} { counterpartyId } `
    + `${"} } }".repeat(pairs)} }`;
};
const post = (headers: Record<string, string>, body: string) => fetch(`${world.url}/graphql`, { method: "POST", headers, body });
const asAdministrator = () => ({ authorization: `Bearer ${world.token("administrator")}` });

test("an operation may nest fifteen levels, fragments counted", async () => {
  expect((await world.ask("administrator", nested(8))).errors).toBeUndefined();
  expect(await refusal(nested(12))).toEqual([
    400, undefined, "GRAPHQL_VALIDATION_FAILED", expect.stringMatching(/levels deep; at most 15/),
  ]);
  const hidden = `${nested(2).replace(
    "counterpartyId }", "...__schema }",
  )} fragment __schema on Counterparty ${nested(12).replace('{ counterparty(counterpartyId: "1")', "").replace(/}$/, "")}`;
  expect((await refusal(hidden))[3]).toMatch(/levels deep/);
});

test("fragments that spread each other twice, a trillion fields in all, are measured without being spread", async () => {
  const fragments = Array.from({ length: 40 }, (_, i) => `fragment F${i} on Viewer { ...F${i + 1} ...F${i + 1} }`).join(" ");
  const answer = await refusal(`{ viewer { ...F0 } } ${fragments} fragment F40 on Viewer { id }`);
  expect(answer.slice(0, 3)).toEqual([400, undefined, "BAD_USER_INPUT"]);
});

test("an operation that would take long to validate is refused before it is", async () => {
  const documents: Readonly<Record<string, string>> = {
    id: `{ viewer { ${"id ".repeat(900)} } }`, viewer: `{ ${"viewer { id } ".repeat(390)} }`,
    "...": `{ viewer { ${"...{ id } ".repeat(390)} } }`,
  };
  for (const [name, query] of Object.entries(documents)) {
    expect(await refusal(query)).toEqual([
      400, undefined, "BAD_USER_INPUT",
      expect.stringMatching(/^the operation repeats itself too much to be read: `.+` stands in it \d+ times$/),
    ]);
    expect((await refusal(query))[3]).toContain(`\`${name}\``);
  }
  const ordinary = Array.from(
    { length: 30 }, (_, i) => `a${i}: staff(staffId: "1") { salesOrders(first: 1) { nodes { salesOrderId unitsSold createdAt } } }`,
  ).join(" ");
  expect((await world.ask("administrator", `{ ${ordinary} }`)).errors).toBeUndefined();
});

test("aliases, tokens and bytes are bounded", async () => {
  const aliases = (n: number) => `{ ${Array.from({ length: n }, (_, i) => `a${i}: viewer { id }`).join(" ")} }`;
  expect((await world.ask("administrator", aliases(30))).errors).toBeUndefined();
  expect(await refusal(aliases(31))).toEqual([
    400, undefined, "GRAPHQL_VALIDATION_FAILED", "the document has 31 aliases; at most 30 are allowed",
  ]);
  expect((await refusal(`{ ${"viewer { id } ".repeat(501)} }`)).slice(0, 3)).toEqual([400, undefined, "GRAPHQL_PARSE_FAILED"]);
  const large = await post(
    { ...asAdministrator(), "content-type": "application/json" }, JSON.stringify({ query: `{ viewer { id } } #${"x".repeat(300_000)}` }),
  );
  expect([large.status, await large.json()]).toEqual([
    413, { errors: [{ message: "the body is larger than 262144 bytes", extensions: { code: "BAD_REQUEST" } }] },
  ]);
});

test("an operation costs what its pages can hold, wherever their size is said", async () => {
  const pages = (size: string) =>
    `query ${size === "$n" ? "($n: Int = 100) " : ""}{ staff(staffId: "1") { salesOrders(first: ${size}) { nodes { transactions(first: `
      + `${size}) { nodes { payments(first: ${size}) { nodes { paymentId } } } } } } } }`;
  expect((await world.ask("administrator", pages("10"))).errors).toBeUndefined();
  for (const size of ["100", "$n"]) expect(await refusal(pages(size))).toEqual([
    400, undefined, "BAD_USER_INPUT", expect.stringMatching(/may cost \d+ points; at most 10000/),
  ]);
  expect((await refusal(pages("$n"), { n: 100 }))[2]).toBe("BAD_USER_INPUT");
  expect((await world.ask("administrator", pages("$n"), { n: 5 })).errors).toBeUndefined();
});

test("a request that is not one JSON operation is refused, without a stack", async () => {
  const json = { ...asAdministrator(), "content-type": "application/json" };
  const broken = await post(json, "{");
  expect([broken.status, await broken.json()]).toEqual([
    400, { errors: [{ message: "the body is not JSON", extensions: { code: "BAD_REQUEST" } }] },
  ]);
  const batch = await post(json, JSON.stringify([{ query: "{ viewer { id } }" }, { query: "{ viewer { id } }" }]));
  expect(batch.status).toBe(400);
  for (const body of [
    "[]", "{}", '{"query":5}', '{"query":"{ nope }"}', '{"query":"{"}', '{"query":"{viewer{id}}","variables":7}',
    '{"query":"{viewer{id}}","operationName":"Nope"}',
  ]) {
    const answer = await post(json, body);
    expect([body, answer.status]).toEqual([body, 400]);
    expect(await answer.text()).not.toMatch(/stack|node_modules/);
  }
  expect((await refusal("query ($id: ID!) { design(designId: $id) { designId } }")).slice(0, 3)).toEqual([
    400, undefined, "BAD_USER_INPUT",
  ]);
});

test("a form of another site cannot ask (CSRF), and no answer allows another origin", async () => {
  const form = await post({ ...asAdministrator(), "content-type": "text/plain" }, JSON.stringify({ query: "{ viewer { id } }" }));
  expect(form.status).toBe(400);
  expect((await fetch(`${world.url}/graphql?query={viewer{id}}`, { headers: asAdministrator() })).status).toBe(400);
  const read = await fetch(
    `${world.url}/graphql?query={viewer{id}}`, { headers: { ...asAdministrator(), "apollo-require-preflight": "1" } },
  );
  expect([read.status, read.headers.get("access-control-allow-origin"), read.headers.get("x-powered-by")]).toEqual([200, null, null]);
});

test("outside development there is no GraphiQL", async () => {
  expect((await fetch(production.url)).status).toBe(404);
});

describe("GraphiQL, in development", () => {
  test("comes from our own files, under a policy that lets nothing else in", async () => {
    const page = await fetch(world.url);
    const html = await page.text();
    expect(page.headers.get("content-type")).toMatch(/text\/html/);
    expect(page.headers.get("content-security-policy")).toMatch(/default-src 'none'; script-src 'self';/);
    expect(html).not.toMatch(/https?:\/\//);
    for (const [, path] of html.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
      const file = await fetch(`${world.url}${path}`);
      expect([path, file.status]).toEqual([path, 200]);
      expect(file.headers.get("content-type")).toMatch(path!.endsWith(".css") ? /css/ : /javascript/);
      await file.text();
    }
    expect((await fetch(`${world.url}/graphiql/..%2fpackage.json`)).status).toBe(404);
    expect((await fetch(`${world.url}/graphiql/constructor`)).status).toBe(404);
  });

  test("offers every role's token, but not to a name that was made to point here", async () => {
    const { request } = await import("node:http");
    const pageFor = (host: string) => new Promise<string>((resolve, reject) => {
      request(world.url, { headers: { host } }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => { text += chunk; }).on("end", () => resolve(text));
      }).on("error", reject).end();
    });
    expect(await pageFor("localhost:4000")).toMatch(/"name":"administrator","token":"ey/);
    expect(await pageFor("evil.example.org")).toContain('"tokens":[]');
  });
});

test("variables are refused at the first that is wrong, with no hint at the names of the schema", async () => {
  const answer = await refusal(
    "query ($t: [Searchable!]) { search(text: \"a\", types: $t) { __typename } }", { t: Array.from({ length: 10_000 }, () => "DESIGNS") },
  );
  expect(answer.slice(0, 3)).toEqual([400, undefined, "BAD_USER_INPUT"]);
  expect(answer[3]).toMatch(/Value "DESIGNS" does not exist in "Searchable" enum\.$/);
});

test("persisted queries are not kept, and clients that send their hash are told so", async () => {
  const extensions = { persistedQuery: { version: 1, sha256Hash: "0".repeat(64) } };
  const answer = await post({ ...asAdministrator(), "content-type": "application/json" }, JSON.stringify({ extensions }));
  expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: "PERSISTED_QUERY_NOT_SUPPORTED" } }] });
});

test("metrics count operations by name, errors by code and what the stores took; health says what is served", async () => {
  await world.ask("partner", "query Named { salesOrder(salesOrderId: \"3\") { unitPrice } }");
  await world.ask(null, "{ viewer { id } }");
  await world.ask("partner", `query ${"N".repeat(65)} { viewer { id } }`);
  const metrics = await (await fetch(`${world.operationsUrl}/metrics`)).text();
  expect(metrics).toMatch(/sluice_gateway_requests_total\{operation="Named",outcome="partial"\} 1/);
  expect(metrics).toMatch(/sluice_gateway_requests_total\{operation="other",outcome="ok"\} 1/);
  expect(metrics).toMatch(/sluice_gateway_errors_total\{code="FORBIDDEN"\} \d/);
  expect(metrics).toMatch(/sluice_gateway_errors_total\{code="UNAUTHENTICATED"\} \d/);
  expect(metrics).toMatch(/sluice_gateway_store_seconds_count\{store="embedded",call="get",outcome="ok"\} \d/);
  const health = await fetch(`${world.operationsUrl}/health`);
  expect([health.status, await health.json()]).toEqual([
    200, { ok: true, stores: [expect.objectContaining({ name: "embedded", phase: "stream" })] },
  ]);
});

test("no token was ever logged", () => {
  expect(world.logged.join("")).not.toContain(world.token("administrator").slice(0, 60));
});
