import { orderCount } from "../support/rows.js";
import { type Answer, openWorldOn, storeSets, type World } from "../support/world.js";

describe.each(storeSets)("over %s", (set) => {
  let world: World;
  beforeAll(async () => { world = await openWorldOn(set); }, 120_000);
  afterAll(async () => world[Symbol.asyncDispose]());

  interface Orders {
    readonly nodes: readonly { readonly salesOrderId: string }[];
    readonly edges: readonly { readonly cursor: string; readonly node: { readonly salesOrderId: string } }[];
    readonly pageInfo: {
      readonly hasNextPage: boolean;
      readonly hasPreviousPage: boolean;
      readonly startCursor: string;
      readonly endCursor: string;
    };
  }

  interface Found {
    readonly edges: readonly { readonly cursor: string; readonly score: number }[];
    readonly nodes: readonly unknown[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  }

  const ordersOf = async (args: string): Promise<{ readonly orders: Orders; readonly answer: Answer }> => {
    const answer = await world.ask(
      "staff",
      `{ staff(staffId: "1") { salesOrders${args} { edges { cursor node { salesOrderId } } nodes { salesOrderId }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`,
    );
    return { answer, orders: (answer.data as unknown as { staff: { salesOrders: Orders } }).staff.salesOrders };
  };
  const ids = (orders: Orders) => orders.nodes.map((node) => Number(node.salesOrderId));
  const down = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, i) => from - i);
  const storeCalls = async () => {
    const text = await (await fetch(`${world.operationsUrl}/metrics`)).text();
    return [...text.matchAll(/^sluice_gateway_store_seconds_count\{.*\} (\d+)$/gm)].reduce((sum, [, n]) => sum + Number(n), 0);
  };

  test("values are exact: 64-bit ids, decimals, days, microseconds, choices", async () => {
    const { data } = await world.ask(
      "administrator",
      `{ payment(paymentId: "9007199254740993") { paymentId paymentAmount paid paymentDate createdAt
      transaction { transactionType salesOrderId purchaseOrderId purchaseOrder { itemCode } } } }`,
    );
    expect(data).toEqual({ payment: {
      paymentId: "9007199254740993", paymentAmount: "999999999999.99", paid: true, paymentDate: "2026-02-28",
      createdAt: "2026-01-05T10:00:03.000001Z",
      transaction: { transactionType: "SALE", salesOrderId: "3", purchaseOrderId: null, purchaseOrder: null },
    } });
  });

  describe("a lookup is read page by page", () => {
    test("twenty entries by default, newest first", async () => {
      const { orders } = await ordersOf("");
      expect(ids(orders)).toEqual(down(orderCount, orderCount - 19));
      expect(orders.edges.map(({ node }) => node)).toEqual(orders.nodes);
      expect(orders.pageInfo).toEqual({
        hasNextPage: true, hasPreviousPage: false, startCursor: orders.edges[0]!.cursor, endCursor: orders.edges.at(-1)!.cursor,
      });
    });

    test("forward and backward give the same entries in the same order", async () => {
      for (const size of [7, 30, 100]) {
        const forward: number[] = [];
        for (let after = ""; ;) {
          const { orders } = await ordersOf(`(first: ${size}${after})`);
          forward.push(...ids(orders));
          if (!orders.pageInfo.hasNextPage) break;
          after = `, after: "${orders.pageInfo.endCursor}"`;
        }
        const backward: number[] = [];
        for (let before = ""; ;) {
          const { orders } = await ordersOf(`(last: ${size}${before})`);
          backward.unshift(...ids(orders));
          if (!orders.pageInfo.hasPreviousPage) break;
          before = `, before: "${orders.pageInfo.startCursor}"`;
        }
        expect(forward).toEqual(down(orderCount, 1));
        expect(backward).toEqual(forward);
      }
    });

    test("a page in the middle knows both sides", async () => {
      const { orders: first } = await ordersOf("(first: 5)");
      const { orders: next } = await ordersOf(`(first: 5, after: "${first.pageInfo.endCursor}")`);
      expect([ids(next), next.pageInfo.hasPreviousPage, next.pageInfo.hasNextPage]).toEqual([
        down(orderCount - 5, orderCount - 9), true, true,
      ]);
      const { orders: back } = await ordersOf(`(last: 5, before: "${next.pageInfo.startCursor}")`);
      expect([ids(back), back.pageInfo.hasPreviousPage, back.pageInfo.hasNextPage]).toEqual([ids(first), false, true]);
    });

    test("a page says truly whether there is one before it and one after it, also where the row of its cursor has gone or never "
      + "was", async () => {
      const cursorAt = (second: number, id: number) => Buffer.from(JSON.stringify([
        "sales_order", `2026-01-05T10:${String(Math.floor(second / 60)).padStart(2, "0")}:${String(second % 60).padStart(2, "0")}.000001Z`,
        String(id),
      ])).toString("base64url");
      const sides = async (args: string) => {
        const { orders: { pageInfo, nodes } } = await ordersOf(args);
        return [nodes.length, pageInfo.hasPreviousPage, pageInfo.hasNextPage];
      };
      // Before the first, which is the newest, and after the last, no row ever stood.
      const [early, late] = [cursorAt(orderCount + 10, 99), cursorAt(0, 0)];
      expect(await sides(`(first: 5, after: "${early}")`)).toEqual([5, false, true]);
      expect(await sides(`(first: 100, after: "${early}")`)).toEqual([orderCount, false, false]);
      expect(await sides(`(first: 5, after: "${late}")`)).toEqual([0, true, false]);
      expect(await sides(`(last: 5, before: "${late}")`)).toEqual([5, true, false]);
      expect(await sides(`(last: 100, before: "${late}")`)).toEqual([orderCount, false, false]);
      expect(await sides(`(last: 5, before: "${early}")`)).toEqual([0, false, true]);
      expect(await sides(`(first: 5, after: "${cursorAt(orderCount, orderCount)}")`)).toEqual([5, true, true]);
    });

    test.each([
      ["(first: 3, last: 3)", "`first` and `last` cannot be given together"],
      ["(first: 0)", "`first` must be from 1 to 100, not 0"],
      ["(last: -1)", "`last` must be from 1 to 100, not -1"],
      ["(first: 101)", "`first` must be from 1 to 100, not 101"],
      ["(first: 3, before: \"x\")", "`before` goes with `last`, `after` goes with `first`"],
      ["(last: 3, after: \"x\")", "`after` goes with `first`, `before` goes with `last`"],
      ["(after: \"nonsense\")", "`after` is not a cursor of salesOrders; use one from `edges` or `pageInfo`"],
      [
        `(before: "${Buffer.from('["sales_order","yesterday","1"]').toString("base64url")}")`,
        "`before` is not a cursor of salesOrders; use one from `edges` or `pageInfo`",
      ],
      [
        `(after: "${Buffer.from('["payment","2026-01-05T10:00:03.000001Z","1"]').toString("base64url")}")`,
        "`after` is not a cursor of salesOrders; use one from `edges` or `pageInfo`",
      ],
    ])("%s is refused", async (args, message) => {
      const { answer } = await ordersOf(args);
      expect(answer.errors).toEqual([
        expect.objectContaining({ message, path: ["staff", "salesOrders"], extensions: { code: "BAD_USER_INPUT" } }),
      ]);
    });
  });

  test("references and lists of many rows are read in batches", async () => {
    const before = await storeCalls();
    const { data, errors } = await world.ask(
      "administrator",
      `{ staff(staffId: "1") { department { departmentName } salesOrders(first: 60) { nodes {
      design { designName } counterparty { counterpartyLegalName legalAddress { city } } currency { currencyCode }
      agreedDeliveryLocation { city } staff { firstName } } } } }`,
    );
    expect(errors).toBeUndefined();
    const nodes = (data as unknown as { staff: { salesOrders: Orders } }).staff.salesOrders.nodes;
    expect(nodes).toHaveLength(60);
    expect(nodes[0]).toEqual({
      design: { designName: "Larkspur Tote" }, counterparty: { counterpartyLegalName: "Owned Weavers", legalAddress: { city: "Owntown" } },
      currency: { currencyCode: "EUR" }, agreedDeliveryLocation: { city: "Owntown" }, staff: { firstName: "Zebulon" },
    });
    // Staff, department, the list; then designs, counterparties, currencies, and addresses once: no row is read alone.
    expect((await storeCalls()) - before).toBeLessThanOrEqual(8);
  });

  test("a list asked for twice is read once", async () => {
    const before = await storeCalls();
    await world.ask("administrator", `{ salesOrder(salesOrderId: "3") { design { a: salesOrders(first: 3) { nodes { salesOrderId } }
      b: salesOrders(first: 3) { edges { cursor } } } } }`);
    expect((await storeCalls()) - before).toBe(3);
  });

  describe("search", () => {
    const found = async (args: string) => {
      const answer = await world.ask(
        "administrator",
        `{ search(${args}) { edges { cursor score highlights { field snippet } node { __typename } }
        nodes { __typename } pageInfo { hasNextPage hasPreviousPage endCursor } } }`,
      );
      return { answer, search: (answer.data as unknown as { search: Found }).search };
    };

    test("finds rows of any type, or of the types asked for", async () => {
      expect((await found('text: "tote"')).search.nodes).toEqual([{ __typename: "Design" }, { __typename: "Design" }]);
      expect((await found('text: "tote", types: [COUNTERPARTY]')).search.nodes).toEqual([]);
      expect((await found('text: "marigold", types: [DESIGN, STAFF]')).search.edges).toEqual([
        {
          cursor: expect.any(String), score: expect.any(Number), highlights: [{ field: "designName", snippet: "<em>Marigold</em> Tote" }],
          node: { __typename: "Design" },
        },
      ]);
      expect((await found('text: "  "')).search.nodes).toEqual([]);
    });

    test("goes on where a page ended", async () => {
      const { search: first } = await found('text: "weavers", first: 1');
      expect(first.pageInfo.hasNextPage).toBe(true);
      const { search: second } = await found(`text: "weavers", first: 1, after: "${first.pageInfo.endCursor}"`);
      expect(second.pageInfo).toEqual({ hasNextPage: false, hasPreviousPage: true, endCursor: second.edges[0]!.cursor });
      expect(second.edges[0]!.cursor).not.toBe(first.edges[0]!.cursor);
    });

    test("an empty search has nothing before it", async () => {
      const { search } = await found('text: "nowherefound", first: 1');
      expect(search.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
    });

    test("a cursor of another search, or of none, is refused", async () => {
      const { search } = await found('text: "weavers", first: 1');
      const [query] = JSON.parse(Buffer.from(search.pageInfo.endCursor, "base64url").toString()) as [string];
      const forged = Buffer.from(JSON.stringify([query, "forged"])).toString("base64url");
      for (const args of [
        `text: "tote", after: "${search.pageInfo.endCursor}"`, 'text: "weavers", after: "x"', `text: "weavers", after: "${forged}"`,
      ]) {
        expect((await found(args)).answer.errors).toEqual([
          expect.objectContaining({ path: ["search"], extensions: { code: "BAD_USER_INPUT" } }),
        ]);
      }
    });
  });

  test.each(["abc", "1e3", "9223372036854775808", "", "1; DROP"])("the key %j is refused before any store is asked", async (id) => {
    const before = await storeCalls();
    const { errors } = await world.ask("administrator", "query ($id: ID!) { salesOrder(salesOrderId: $id) { salesOrderId } }", { id });
    expect(errors).toEqual([expect.objectContaining({
      message: expect.stringContaining("`salesOrderId` must be a whole number"), extensions: { code: "BAD_USER_INPUT" },
    })]);
    expect(await storeCalls()).toBe(before);
  });

  test("every answer says how fresh each store was", async () => {
    const { extensions } = await world.ask("staff", "{ viewer { id } }");
    const { freshness } = extensions as { freshness: { name: string; ageMs: number }[] };
    expect(freshness.map(({ name }) => name).join(" and ")).toBe(set);
    for (const store of freshness) {
      expect(store).toMatchObject({ phase: "stream", currentAt: expect.stringMatching(/^\d{4}-.*Z$/) });
      expect(store.ageMs).toBeGreaterThanOrEqual(1000);
    }
  });
});
