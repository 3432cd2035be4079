/** Asks for some 7,700 fields that a partner is denied, in some 600 bytes. */
export const deniedFields = `{ design(designId: 1) { salesOrders(first: 100) { nodes { unitPrice staffId ${
  [..."abcdefghijk"].slice(0, 10).map((alias) => `${alias}: counterparty { ...F }`).join(" ")} design { fileName fileLocation } } } } }
fragment F on Counterparty { commercialContact deliveryContact legalAddress { addressLine1 addressLine2 district postalCode phone } }`;

/** Writes `n` searches under as many names, each with a typing error. */
export function searches(n: number): string {
  const one = (i: number) => `${i === 0 ? "" : `s${i}: `}search(text: "marigld wevers ${i}", first: 1) { nodes { __typename } }`;
  return `{ ${Array.from({ length: n }, (_, i) => one(i)).join(" ")} }`;
}

export const small = "{ viewer { id } }";

export interface Client {
  readonly url: string;
  readonly token: string;
}

/** The HTTP status, or 0 when no answer came in time. */
export async function send({ url, token }: Client, query: string, withinMs: number): Promise<number> {
  try {
    const response = await fetch(`${url}/graphql`, {
      method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${token}` }, body: JSON.stringify({ query }),
      signal: AbortSignal.timeout(withinMs),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}
