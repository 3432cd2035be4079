import { connect } from "node:net";
import { openWorld, type World } from "../support/world.js";

let world: World;
beforeAll(async () => { world = await openWorld({ development: true, maxConnections: "400" }); });
afterAll(async () => world[Symbol.asyncDispose]());

const headers = () => ({ "content-type": "application/json", authorization: `Bearer ${world.token("administrator")}` });
const alarms = () => world.logged.filter((line) => (JSON.parse(line) as { level: number }).level >= 40);

describe("no client can raise the alarm: its mistakes are errors of its own, and no lines of the log", () => {
  test.each([
    "mutation { x }", "subscription { x }", "mutation M($a: Int) { a b { c } }", "subscription S { viewer { id } }",
  ])("%s is no query of this API", async (query) => {
    const { status, errors } = await world.ask("administrator", query);
    expect([status, errors?.[0]?.extensions.code, errors?.[0]?.message]).toEqual([
      400, "GRAPHQL_VALIDATION_FAILED", expect.stringMatching(/^this API has queries only, no (mutation|subscription)$/),
    ]);
    expect(alarms()).toEqual([]);
  });

  const deep = (n: number) => "[".repeat(n) + "]".repeat(n);
  const bodies: Readonly<Record<string, string>> = {
    "no JSON": "{", "a number": "7", null: "null", "a list": "[]", "an empty query": '{"query":""}',
    "a query that is none": '{"query":{"kind":"Document"}}',
    "no such operation": '{"query":"query A{viewer{id}} query B{viewer{id}}","operationName":"C"}',
    "two operations and no name": '{"query":"query A{viewer{id}} query B{viewer{id}}"}',
    "only a fragment": '{"query":"fragment F on Query{viewer{id}}"}', "a type definition": '{"query":"type T{a:Int}"}',
    "a fragment in a circle": '{"query":"{...F} fragment F on Query{...F}"}',
    "a directive without its argument": '{"query":"{viewer @skip{id}}"}',
    "a directive that is null": '{"query":"query($s:Boolean!){viewer @skip(if:$s){id}}","variables":{"s":null}}',
    "nested lists as a variable": `{"query":"query($i:ID!){design(designId:$i){designId}}","variables":{"i":${deep(50_000)}}}`,
    "nested lists as a value": `{"query":"{search(text:\\"a\\",types:${deep(900)}){__typename}}"}`,
    "an object as an id": '{"query":"query($i:ID!){design(designId:$i){designId}}","variables":{"i":{"toString":1}}}',
    "a variable called __proto__": '{"query":"query($__proto__:ID!){design(designId:$__proto__){designId}}","variables":{"__proto__":"1"}}',
    "a persisted query of no hash": '{"extensions":{"persistedQuery":{"version":1,"sha256Hash":{}}}}',
    "a persisted query of another version": '{"extensions":{"persistedQuery":{"version":7}}}',
    "defer": '{"query":"{...F @defer} fragment F on Query{viewer{id}}"}',
    "a cursor of garbage": '{"query":"{staff(staffId:1){salesOrders(after:\\"!!\\"){__typename}}}"}',
    "half a character as a cursor": '{"query":"{staff(staffId:1){salesOrders(after:\\"\\\\ud800\\"){__typename}}}"}',
    "many denied fields": '{"query":"{__typename __schema{types{name fields{name args{name}}}}}"}',
    "null as a required text": '{"query":"query($t:String!){search(text:$t){__typename}}","variables":{"t":null}}',
    "syntax of a mark in search": '{"query":"{search(text:\\"\\\\\\" OR NEAR( * ^ : - + {}[] \\\\u0000\\"){__typename}}"}',
  };
  test.each(Object.keys(bodies))("%s", async (name) => {
    const response = await fetch(`${world.url}/graphql`, { method: "POST", headers: headers(), body: bodies[name]! });
    expect([name, response.status < 500, await response.text()]).toEqual([
      name, true, expect.not.stringMatching(/INTERNAL_SERVER_ERROR|node_modules|    at /),
    ]);
    expect(alarms()).toEqual([]);
  });

  test("nor by another method, path, encoding or header", async () => {
    const tries: [string, RequestInit][] = [
      ["/graphql", { method: "PUT", body: "{}" }], ["/graphql", { method: "DELETE" }], ["/graphql", { method: "OPTIONS" }],
      ["/graphql", { method: "HEAD" }],
      ["/graphql?query={viewer{id}}&query={viewer{id}}", {}], ["/graphql?query={viewer{id}}&variables=[", {}],
      ["/graphql?query=mutation{x}", {}], ["/%E0%A4%A", {}], ["/graphql/%E0%A4%A", {}],
      ["/graphql", { method: "POST", body: "{}", headers: { "content-encoding": "br" } }],
      ["/graphql", { method: "POST", body: "{}", headers: { "content-encoding": "nonsense" } }],
      ["/graphql", { method: "POST", body: "{}", headers: { "content-type": "application/json; charset=nonsense" } }],
      ["/graphql", { method: "POST", body: '{"query":"{viewer{id}}"}', headers: { accept: "text/html" } }],
      ["/graphql", { method: "POST", body: "{}", headers: { authorization: "Bearer é" } }],
    ];
    for (const [path, init] of tries) {
      const response = await fetch(
        `${world.url}${path}`, { ...init, headers: { ...headers(), "apollo-require-preflight": "1", ...init.headers } },
      );
      expect([path, init.method, response.status < 500]).toEqual([path, init.method, true]);
      await response.text();
    }
    expect(alarms()).toEqual([]);
  });
});

describe("connections", () => {
  const open = (first: string) => new Promise<{ readonly closed: Promise<void>; readonly end: () => void }>((resolve, reject) => {
    const socket = connect(Number(new URL(world.url).port), "127.0.0.1").on("error", () => undefined);
    const closed = new Promise<void>((gone) => socket.once("close", () => gone()));
    socket.once(
      "connect", () => socket.write(first, () => resolve({ closed, end: () => void socket.destroy() })),
    ).once("error", reject).resume();
  });

  test("a hundred that send their headers too slowly are closed, and others are served meanwhile", async () => {
    const slow = await Promise.all(Array.from({ length: 100 }, () => open("POST /graphql HTTP/1.1\r\nhost: localhost\r\nx-slow: ")));
    const all = Promise.all(slow.map(({ closed }) => closed)).then(() => "closed");
    let served = 0;
    for (let state = "open"; state === "open"; state = await Promise.race([
      all, new Promise<string>((resolve) => setTimeout(resolve, 100, "open")),
    ])) {
      expect((await world.ask("staff", "{ viewer { id } }")).status).toBe(200);
      served++;
    }
    expect(served).toBeGreaterThan(1);
  });

  test("there are never more than the setting says", async () => {
    const many = await Promise.all(Array.from({ length: 450 }, () => open("POST /graphql HTTP/1.1\r\n")));
    // Connections beyond the limit are closed at once, and the others when their time is up.
    await Promise.any(many.map(({ closed }) => closed));
    many.forEach(({ end }) => end());
    expect((await world.ask("staff", "{ viewer { id } }")).status).toBe(200);
  });
});
