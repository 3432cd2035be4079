import { totesys } from "../../support/totesys.js";
import { counterpartyOf, orderCount } from "../support/rows.js";
import { type Answer, openWorldOn, storeSets, type World } from "../support/world.js";

describe.each(storeSets)("over %s", (set) => {
  let world: World;
  beforeAll(async () => { world = await openWorldOn(set); }, 120_000);
  afterAll(async () => world[Symbol.asyncDispose]());

  const ownOrders = Array.from({ length: orderCount }, (_, i) => i + 1).filter((n) => counterpartyOf(n) === "1").reverse().map(String);
  const data = ({ data: found }: Answer) => found as unknown as Record<string, never>;
  const codes = ({ errors = [] }: Answer) => errors.map(({ extensions, path }) => [extensions.code, path?.join(".")]);

  describe("a partner sees its own rows only", () => {
    test("by key, another counterparty's row is as if it did not exist", async () => {
      const answer = await world.ask(
        "partner",
        `{
        counterparty(counterpartyId: "2") { counterpartyId } salesOrder(salesOrderId: "4") { salesOrderId }
        purchaseOrder(purchaseOrderId: "2") { itemCode }
        transaction(transactionId: "2") { transactionId } bought: transaction(transactionId: "4") { transactionId } payment(paymentId: "2")
        { paymentId }
        nowhere: salesOrder(salesOrderId: "999") { salesOrderId }
      }`,
      );
      expect(answer.errors).toBeUndefined();
      expect(new Set(Object.values(data(answer)))).toEqual(new Set([null]));
    });

    test("by key, its own rows are there", async () => {
      const answer = await world.ask(
        "partner",
        `{
        counterparty(counterpartyId: "1") { counterpartyId } salesOrder(salesOrderId: "3") { salesOrderId }
        purchaseOrder(purchaseOrderId: "1") { itemCode }
        transaction(transactionId: "1") { transactionId } bought: transaction(transactionId: "3") { transactionId }
        payment(paymentId: "9007199254740993") { paymentId }
        design(designId: "1") { designName }
      }`,
      );
      expect(answer.errors).toBeUndefined();
      expect(Object.values(data(answer))).not.toContain(null);
    });

    test("a row that is seen only from a visible row is not found by its key", async () => {
      const answer = await world.ask("partner", `{ address(addressId: "1") { city } staff(staffId: "1") { staffId }
        salesOrder(salesOrderId: "3") { agreedDeliveryLocation { city } } }`);
      expect(data(answer)).toEqual({ address: null, staff: null, salesOrder: { agreedDeliveryLocation: { city: "Owntown" } } });
    });

    test("through shared data it meets its own orders, in every page, forward and backward", async () => {
      const expected = ownOrders.filter((n) => Number(n) % 20 !== 0);
      for (const size of [1, 7, 19, 20, 100]) {
        expect(await walk("first", "after", size)).toEqual(expected);
        expect(await walk("last", "before", size)).toEqual(expected);
      }

      async function walk(count: "first" | "last", from: "after" | "before", size: number): Promise<string[]> {
        const seen: string[] = [];
        let cursor: string | null = null;
        for (let more = true; more;) {
          const answer: Answer = await world.ask(
            "partner",
            `query ($size: Int!, $cursor: String) {
            design(designId: "1") { salesOrders(${count}: $size, ${from}: $cursor) {
              nodes { salesOrderId counterpartyId } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`,
            { size, cursor },
          );
          const page = (data(answer).design as unknown as { salesOrders: Page }).salesOrders;
          expect(page.nodes.every((node) => node.counterpartyId === "1")).toBe(true);
          const ids = page.nodes.map((node) => node.salesOrderId);
          if (count === "first") seen.push(...ids);
          else seen.unshift(...ids);
          more = count === "first" ? page.pageInfo.hasNextPage : page.pageInfo.hasPreviousPage;
          cursor = count === "first" ? page.pageInfo.endCursor : page.pageInfo.startCursor;
          if (more) expect(ids).toHaveLength(size);
        }
        return seen;
      }
    });

    test("in lists that hang on a row that does not decide, each entry is judged by itself", async () => {
      const query = `{ salesOrder(salesOrderId: "3") { transactions { nodes { transactionId payments { nodes { paymentId } } } } }
        counterparty(counterpartyId: "1") { salesOrders(first: 100) { nodes { salesOrderId } } payments { nodes { paymentId } }
        purchaseOrders { nodes { itemCode } } } }`;
      expect(data(await world.ask("partner", query))).toEqual({
        salesOrder: { transactions: { nodes: [{ transactionId: "1", payments: { nodes: [{ paymentId: "9007199254740993" }] } }] } },
        counterparty: {
          salesOrders: { nodes: ownOrders.map((salesOrderId) => ({ salesOrderId })) },
          payments: { nodes: [{ paymentId: "9007199254740993" }] }, purchaseOrders: { nodes: [{ itemCode: "OWNITEM" }] },
        },
      });
    });

    test("by search, with its score, highlight and count", async () => {
      const found = async (as: "partner" | "administrator", text: string) => {
        const answer = await world.ask(
          as,
          `query ($text: String!) { search(text: $text, first: 50) {
          nodes { __typename ... on Counterparty { counterpartyLegalName } ... on SalesOrder { salesOrderId } }
          pageInfo { hasNextPage endCursor } } }`,
          { text },
        );
        return (data(answer).search as unknown as { nodes: unknown[] }).nodes;
      };
      expect(await found("partner", "weavers")).toEqual([{ __typename: "Counterparty", counterpartyLegalName: "Owned Weavers" }]);
      expect(await found("partner", "foreign")).toEqual([]);
      expect(await found("partner", "ALIENPART")).toEqual([]);
      expect(await found("partner", "Owntown")).toEqual([]);
      expect(await found("administrator", "weavers")).toHaveLength(2);
      expect(await found("administrator", "Owntown")).toHaveLength(1);
    });

    interface Page {
      readonly nodes: readonly { readonly salesOrderId: string; readonly counterpartyId: string }[];
      readonly pageInfo: {
        readonly hasNextPage: boolean;
        readonly hasPreviousPage: boolean;
        readonly startCursor: string | null;
        readonly endCursor: string | null;
      };
    }
  });

  describe("invariant 6: no field without its rule", () => {
    test("a denied field is null, with an error that has its path and FORBIDDEN", async () => {
      const answer = await world.ask("partner", `{ salesOrder(salesOrderId: "3") { unitsSold price: unitPrice staffId staff { staffId }
        counterparty { commercialContact legalAddress { city phone postalCode } } design { fileName } } }`);
      expect(data(answer)).toEqual({ salesOrder: {
        unitsSold: 3, price: null, staffId: null, staff: null,
        counterparty: { commercialContact: null, legalAddress: { city: "Owntown", phone: null, postalCode: null } },
        design: { fileName: null },
      } });
      expect(codes(answer).sort()).toEqual([
        "counterparty.commercialContact", "counterparty.legalAddress.phone", "counterparty.legalAddress.postalCode", "design.fileName",
        "price", "staff", "staffId",
      ].map((path) => ["FORBIDDEN", `salesOrder.${path}`]));
    });

    test("a field denied in many places is one error, at its first place, that says how many there are and where", async () => {
      const prices = Array.from({ length: 25 }, (_, i) => `p${i}: unitPrice`).join(" ");
      const answer = await world.ask(
        "partner",
        `{ design(designId: "1") { salesOrders(first: 100) { nodes { salesOrderId ${prices} staffId counterparty { contact: `
          + "commercialContact } } } } }",
      );
      const nodes = (data(answer).design as unknown as { salesOrders: { nodes: Record<string, unknown>[] } }).salesOrders.nodes;
      const own = ownOrders.filter((n) => Number(n) % 20 !== 0);
      expect(nodes.map(({ salesOrderId }) => salesOrderId)).toEqual(own);
      for (const { salesOrderId, ...denied } of nodes) expect(JSON.stringify(Object.values(denied))).toBe(
        JSON.stringify([...Array.from({ length: 26 }, () => null), { contact: null }]),
      );
      const at = (field: string, count: number) => expect.objectContaining({
        path: ["design", "salesOrders", "nodes", 0, ...field.split(".")],
        extensions: { code: "FORBIDDEN", pattern: `design.salesOrders.nodes.*.${field}`, count },
      });
      expect(answer.errors).toHaveLength(3);
      expect(answer.errors).toEqual(
        expect.arrayContaining([at("p0", 25 * own.length), at("staffId", own.length), at("counterparty.contact", own.length)]),
      );
    });

    test("each role reads its classes and no other", async () => {
      const reads: Record<string, string[]> = {};
      for (const role of Object.keys(totesys.roles)) {
        const answer = await world.ask(
          role,
          `{ salesOrder(salesOrderId: "3") { public: unitsSold internal: staffId confidential: unitPrice counterparty { personal: `
            + "commercialContact } } }",
        );
        const { counterparty, ...order } = (data(answer).salesOrder as unknown as Record<string, unknown>);
        reads[role] = Object.entries({ ...order, ...counterparty as object }).filter(([, value]) => value !== null).map(([name]) => name);
      }
      expect(reads).toEqual({
        partner: ["public"], staff: ["public", "internal"], support: ["public", "internal", "personal"],
        finance: ["public", "internal", "confidential"], administrator: ["public", "internal", "confidential", "personal"],
      });
    });

    test("a lookup by a field the viewer may not read is denied: it would tell its value", async () => {
      const answer = await world.ask("partner", `{ department(departmentId: "1") { departmentName staff { nodes { staffId } } } }`);
      expect([data(answer), codes(answer)]).toEqual([
        { department: { departmentName: "Sales", staff: null } }, [["FORBIDDEN", "department.staff"]],
      ]);
    });

    test("a word that occurs only in a field the viewer may not read is never found, nor shown", async () => {
      const found = async (role: "partner" | "staff" | "support" | "finance", text: string) => {
        const answer = await world.ask(
          role, `query ($text: String!) { search(text: $text) { edges { highlights { field snippet } node { __typename } } } }`, { text },
        );
        expect(answer.errors).toBeUndefined();
        return (data(answer).search as unknown as { edges: { highlights: { field: string; snippet: string }[] }[] }).edges;
      };
      for (const text of [
        "Bartholomew", "Barthol", "Bartholomiw", "quokka", "ACOWN", "Hidden", "Mildred",
      ]) expect([text, await found("partner", text)]).toEqual([text, []]);
      for (const text of ["Zebulon", "ACOWN", "Mildred"]) expect([text, await found("staff", text)]).toEqual([text, []]);
      expect(await found("support", "ACOWN")).toEqual([]);
      expect(await found("finance", "Zebulon")).toEqual([]);
      expect((await found("support", "Bartholomew"))[0]!.highlights).toEqual([
        { field: "commercialContact", snippet: "<em>Bartholomew</em> Quill" },
      ]);
      expect(await found("finance", "ACOWN")).toHaveLength(1);
      expect(await found("staff", "owned bartholomew")).toEqual([]);
    });
  });

  describe("the viewer", () => {
    test("without a token nothing is answered: 401 and UNAUTHENTICATED", async () => {
      const answer = await world.ask(null, "{ design(designId: \"1\") { designName } }");
      expect([answer.status, answer.data, codes(answer)]).toEqual([401, undefined, [["UNAUTHENTICATED", undefined]]]);
      expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="sluice"');
    });

    test("not even the schema", async () => {
      expect((await world.ask(null, "{ __schema { types { name } } }")).status).toBe(401);
    });

    test("a viewer can ask what it is", async () => {
      expect(data(await world.ask("partner", "{ viewer { id role counterpartyId reads } }"))).toEqual({
        viewer: { id: "development-partner", role: "PARTNER", counterpartyId: "1", reads: ["PUBLIC"] },
      });
      expect(data(await world.ask("finance", "{ viewer { role counterpartyId reads } }"))).toEqual({
        viewer: { role: "FINANCE", counterpartyId: null, reads: ["PUBLIC", "INTERNAL", "CONFIDENTIAL"] },
      });
    });
  });
});
