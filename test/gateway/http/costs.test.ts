import { openWorld, type World } from "../support/world.js";

interface Cost {
  readonly requested: number;
  readonly charged: number;
  readonly available: number;
}

let world: World;
beforeAll(async () => { world = await openWorld(); });
afterAll(async () => world[Symbol.asyncDispose]());

const costOf = async (of: World, query: string): Promise<Cost> => {
  const { errors, extensions } = await of.ask("administrator", query);
  expect(errors).toBeUndefined();
  return (extensions as { cost: Cost }).cost;
};
const orders = (args: string) => `{ counterparty(counterpartyId: "1") { salesOrders${args} { nodes { salesOrderId } } } }`;

test("an answer says what the operation was expected to cost, what it did, and what is left", async () => {
  // The request, counterparty, salesOrders; then nodes and salesOrderId of each entry.
  expect(await costOf(world, orders("(first: 3)"))).toMatchObject({ requested: 10 + 1 + 1 + 3 * 2, charged: 10 + 1 + 1 + 3 * 2 });
  expect(await costOf(world, orders("(first: 100)"))).toMatchObject({ requested: 10 + 2 + 100 * 2, charged: 10 + 2 + 20 * 2 });
  expect(await costOf(world, orders(""))).toMatchObject({ requested: 10 + 2 + 5 * 2, charged: 10 + 2 + 20 * 2 });
  const { available } = await costOf(world, "{ viewer { id } }");
  expect([available > 0, available <= world.config.budget]).toEqual([true, true]);
});

test("the charge is exact, however lists nest: each list costs what it held", async () => {
  const cost = await costOf(
    world,
    `{ staff(staffId: "1") { salesOrders(first: 60) { nodes { transactions { nodes { payments(first: 2) { nodes { paymentId } } } } } } `
      + "} }",
  );
  // 60 orders with a list each; two transactions with a list each; two payments.
  expect(cost.charged).toBe(10 + 1 + 1 + 60 * (1 + 1) + 2 * (1 + 1) + 2 * 2);
});

test("three levels of lists of the usual size are allowed, three of a hundred are not", async () => {
  const nested = (size: string) =>
    `{ staff(staffId: "1") { salesOrders${size} { nodes { salesOrderId createdAt transactions${size} { nodes { transactionId `
      + `payments${size} { nodes { paymentId paymentAmount } } } } } } } }`;
  expect((await world.ask("administrator", nested(""))).errors).toBeUndefined();
  expect(await world.ask("administrator", nested("(first: 100)"))).toMatchObject({
    status: 400,
    errors: [{
      message: expect.stringMatching(/^the operation may cost \d+ points; at most 10000 are allowed/),
      extensions: { code: "BAD_USER_INPUT" },
    }],
  });
});

test("thirty-one searches in one operation are too dear", async () => {
  const searches = Array.from(
    { length: 31 }, (_, i) => `${i === 0 ? "" : `s${i}: `}search(text: "tote", first: 1) { nodes { __typename } }`,
  ).join(" ");
  expect(await world.ask("partner", `{ ${searches} }`)).toMatchObject({
    status: 400, errors: [{ message: expect.stringMatching(/may cost 15\d{3} points/) }],
  });
});

test("an operation that turns out dearer than allowed is refused as a whole", async () => {
  await using tight = await openWorld({ development: true, maxCost: "50" });
  const answer = await tight.ask("administrator", orders(""));
  expect([answer.status, answer.data]).toEqual([400, undefined]);
  expect(answer.errors).toEqual([
    { message: expect.stringMatching(/^the operation has come to cost 52 points; at most 50/), extensions: { code: "BAD_USER_INPUT" } },
  ]);
  expect((await tight.ask("administrator", orders("(first: 19)"))).errors).toBeUndefined();
});

test("a viewer that has spent its budget is refused until it has grown again, and no other viewer is", async () => {
  await using tight = await openWorld({ development: true, maxCost: "300", budget: "300", budgetPerSecond: "20" });
  const dear = orders("(first: 100)");
  expect((await tight.ask("administrator", dear)).status).toBe(200);
  // A hundred entries were expected and twenty came, so most came back.
  let refused = await tight.ask("administrator", dear);
  for (; refused.status === 200;) refused = await tight.ask("administrator", dear);
  expect(refused).toMatchObject({ status: 429, errors: [{
    message: expect.stringMatching(/left of your budget; it grows by 20 a second\. Try again in \d+ s$/),
    extensions: { code: "RATE_LIMITED" },
  }] });
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  expect((await tight.ask("staff", dear)).status).toBe(200);
  // The viewer also pays for what cannot be understood.
  let malformed = await tight.ask("finance", "{");
  for (; malformed.status === 400;) malformed = await tight.ask("finance", "{");
  expect(malformed.status).toBe(429);
});

test("a partner's own rows are looked through once an operation, however many lists of shared things are found among them", async () => {
  const reads = async () => {
    const text = await (await fetch(`${world.operationsUrl}/metrics`)).text();
    return Number(/^sluice_gateway_store_seconds_count\{[^}]*call="list"[^}]*\} (\d+)$/m.exec(text)?.[1] ?? 0);
  };
  const before = await reads();
  const { errors } = await world.ask(
    "partner",
    `{ one: design(designId: "1") { salesOrders(first: 5) { nodes { salesOrderId } } } two: design(designId: "2") { salesOrders(first: `
      + "5) { nodes { salesOrderId } } } }",
  );
  expect(errors).toBeUndefined();
  // Both pages begin among the partner's twenty orders at the same place; the second design needs the rest of them as well.
  expect((await reads()) - before).toBe(2);
});
