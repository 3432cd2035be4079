import { request } from "node:http";
import fc from "fast-check";
import { inexactNumber } from "../../../gateway/graphql/json-numbers.js";
import { openWorld, type World } from "../support/world.js";

let world: World;
beforeAll(async () => { world = await openWorld(); });
afterAll(async () => world[Symbol.asyncDispose]());

/** Sends exactly these bytes, as JSON.stringify would not write them. */
async function send(body: string, type = "application/json"): Promise<[number, unknown, string | undefined]> {
  const response = await fetch(`${world.url}/graphql`, {
    method: "POST", body: body as unknown as ArrayBuffer,
    headers: { "content-type": type, authorization: `Bearer ${world.token("administrator")}` },
  });
  const { data, errors } = await response.json() as { data?: unknown; errors?: { message: string }[] };
  return [response.status, data, errors?.[0]?.message];
}
const byId = 'query ($i: ID!) { payment(paymentId: $i) { paymentId } }';
const payment = (id: string) => ({ payment: { paymentId: id } });

describe("invariant 9: a number answers for the row it names, or is refused", () => {
  test("an id that JSON cannot carry exactly as a number is refused, not rounded to another row's", async () => {
    const sent = (i: string) => send(`{"query":${JSON.stringify(byId)},"variables":{"i":${i}}}`);
    expect(await sent('"9007199254740993"')).toEqual([200, payment("9007199254740993"), undefined]);
    expect(await sent("2")).toEqual([200, payment("2"), undefined]);
    for (const number of [
      "9007199254740993", "9007199254740993.0", "9007199254740993e0", "2.0000000000000000001", "4503599627370497.2", "1e400",
    ]) {
      expect(await sent(number)).toEqual([
        400, undefined, `the number ${JSON.stringify(number)} cannot be read exactly from JSON; send it as a string`,
      ]);
    }
  });

  test("nor in the variables of a GET, nor in another charset", async () => {
    const url = `${world.url}/graphql?query=${encodeURIComponent(byId)}&variables=${encodeURIComponent('{"i":9007199254740993}')}`;
    const response = await fetch(
      url, { headers: { authorization: `Bearer ${world.token("administrator")}`, "apollo-require-preflight": "1" } },
    );
    expect([response.status, await response.json()]).toEqual([
      400, { errors: [{ message: expect.stringMatching(/cannot be read exactly/), extensions: { code: "BAD_REQUEST" } }] },
    ]);
    for (const charset of ["utf-16le", "iso-8859-1"]) {
      expect(await send("{}", `application/json; charset=${charset}`)).toEqual([
        415, undefined, expect.stringMatching(/send JSON in UTF-8$/),
      ]);
    }
  });

  test("a body with a byte that is not UTF-8 is refused: the character in its place would be another", async () => {
    const body = Buffer.from(`{"query":"{ payment(paymentId: \\"\xff\\") { paymentId } }"}`, "latin1");
    const response = await fetch(`${world.url}/graphql`, {
      method: "POST", body, headers: { authorization: `Bearer ${world.token("administrator")}`, "content-type": "application/json" },
    });
    expect([response.status, await response.json()]).toEqual([
      400, { errors: [{ message: expect.stringMatching(/^the body is not valid UTF-8/), extensions: { code: "BAD_REQUEST" } }] },
    ]);
  });

  test("nor is a query string with such a byte", async () => {
    const url = `${world.url}/graphql?query=${encodeURIComponent(byId)}&variables=%7B%22i%22%3A%22%FF%22%7D`;
    const headers = { authorization: `Bearer ${world.token("administrator")}`, "apollo-require-preflight": "1" };
    const response = await fetch(url, { headers });
    const message = expect.stringMatching(/^the query string is not percent-encoded UTF-8/) as string;
    expect([response.status, await response.json()]).toEqual([400, { errors: [{ message, extensions: { code: "BAD_REQUEST" } }] }]);
  });

  test("a literal is read digit by digit", async () => {
    expect(await send(JSON.stringify({ query: "{ payment(paymentId: 9007199254740993) { paymentId } }" }))).toEqual([
      200, payment("9007199254740993"), undefined,
    ]);
  });

  test("a number is taken for inexact exactly when JavaScript holds another one", () => {
    fc.assert(fc.property(fc.bigInt({ min: -(2n ** 69n), max: 2n ** 69n }), (n) => {
      expect(inexactNumber(`[${n}]`)).toBe(String(Number(n)) === String(n) ? null : String(n));
    }));
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (n) => { expect(inexactNumber(JSON.stringify([n]))).toBeNull(); }),
    );
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, text) => { expect(inexactNumber(JSON.stringify([text, value]))).toBeNull(); }),
    );
  });

  test("an exponent of a quarter of a million digits is refused before anything is worked out with it", () => {
    const number = `1e-${"9".repeat(250_000)}`;
    expect(inexactNumber(`{"a":${number}}`)).toBe(number);
    expect(inexactNumber(`{"a":0e0000001}`)).toBe("0e0000001");
    expect(inexactNumber(`{"a":1e5}`)).toBeNull();
  });

  test("text that looks like numbers, and strings without an end, cost no more than their length", () => {
    expect(inexactNumber('{"9007199254740993":"\\"9007199254740993"}')).toBeNull();
    expect(inexactNumber(`"${'\\"'.repeat(120_000)}`)).toBeNull();
    // A pattern for zeros at the end would begin again at each zero: minutes, where a test has seconds.
    const long = `1.${"0".repeat(250_000)}1`;
    expect(inexactNumber(`{"a":${long}}`)).toBe(long);
  });
});

describe("texts are counted in characters, as MySQL counts them", () => {
  const search = (text: string) => world.ask(
    "administrator", "query ($t: String!) { search(text: $t) { nodes { __typename } } }", { t: text },
  );

  test("200 of them may be searched for, whatever their width", async () => {
    expect((await search("🦢".repeat(200))).errors).toBeUndefined();
    expect((await search("🦢".repeat(201))).errors?.[0]?.message).toBe("`text` may have 200 characters, and no half of one");
  });

  test("half a character is refused", async () => {
    expect((await search("\ud83e")).errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
  });
});

describe("an error repeats little of what it was sent", () => {
  test.each([
    ["a key", byId, { i: "9".repeat(200_000) }],
    [
      "a variable of another type", "query ($t: [Searchable!]) { search(text: \"a\", types: $t) { __typename } }",
      { t: "x".repeat(200_000) },
    ],
    ["a page size", "query ($n: Int) { staff(staffId: 1) { salesOrders(first: $n) { __typename } } }", { n: "x".repeat(200_000) }],
    ["a field", `{ ${"x".repeat(200_000)} }`, {}],
    ["a literal", `{ search(text: "a", types: ${"x".repeat(200_000)}) { __typename } }`, {}],
    ["a fragment", `{ ...${"x".repeat(200_000)} }`, {}],
  ])("%s of 200,000 characters", async (_what, query, variables) => {
    const { errors = [] } = await world.ask("administrator", query, variables);
    expect(errors.length).toBeGreaterThan(0);
    expect(JSON.stringify(errors).length).toBeLessThan(2_000);
  });

  test("an alias cannot swell the answer", async () => {
    const { errors } = await world.ask(
      "administrator", `{ staff(staffId: 1) { salesOrders(first: 60) { nodes { ${"x".repeat(101)}: salesOrderId } } } }`,
    );
    expect(errors).toEqual([expect.objectContaining({ message: "an alias has 101 characters; at most 100 are allowed" })]);
  });
});

test("two Authorization headers are refused: nothing tells which one was meant", async () => {
  const two = [`Bearer ${world.token("partner")}`, `Bearer ${world.token("administrator")}`];
  const answer = await new Promise<[number | undefined, string]>((resolve, reject) => {
    const sent = request(`${world.url}/graphql`, { method: "POST" }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => { text += part; }).on("end", () => resolve([response.statusCode, text]));
    }).on("error", reject);
    sent.setHeader("content-type", "application/json");
    sent.setHeader("authorization", two);
    sent.end('{"query":"{ viewer { role } }"}');
  });
  expect(answer).toEqual([401, expect.stringContaining("the request has 2 Authorization headers; send one")]);
});
