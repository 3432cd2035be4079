import type { Meaning } from "../../schema/meaning/read.js";
import { policyOf } from "../../schema/meaning/compile.js";
import { unclassified } from "../../schema/policy.js";
import { table } from "../output.js";

/** What one role was answered to the same question. */
export interface Sample {
  readonly role: string;
  readonly company: string | null;
  readonly contact: string | null;
  readonly unitPrice: string | null;
  readonly found: number;
  /** Codes of the errors, with the path each stands at. */
  readonly errors: readonly string[];
  /** Whether the role was shown what its classes allow, and nothing else. */
  readonly right: boolean;
}

const question = `query Sample($id: ID!, $text: String!) {
  counterparty(counterpartyId: $id) {
    counterpartyLegalName
    commercialContact
    salesOrders(first: 1) { nodes { salesOrderId unitsSold unitPrice } }
  }
  search(text: $text, first: 5) { edges { node { __typename } } }
}`;

interface Answer {
  readonly data?: {
    readonly counterparty: {
      readonly counterpartyLegalName: string | null;
      readonly commercialContact: string | null;
      readonly salesOrders: { readonly nodes: readonly { readonly unitPrice: string | null }[] };
    } | null;
    readonly search: { readonly edges: readonly unknown[] } | null;
  } | null;
  readonly errors?: readonly { readonly path?: readonly (string | number)[]; readonly extensions?: { readonly code?: string } }[];
}

/** Asks the gateway the same question with each token. */
export function askAll(
  url: string, counterpartyId: string, tokens: readonly { readonly role: string; readonly token: string }[], meaning: Meaning,
): Promise<readonly Sample[]> {
  return Promise.all(tokens.map(({ role, token }) => ask(url, counterpartyId, role, token, meaning)));
}

async function ask(url: string, id: string, role: string, token: string, meaning: Meaning): Promise<Sample> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: question, operationName: "Sample", variables: { id, text: "tote" } }),
    signal: AbortSignal.timeout(15_000),
  });
  const answer = (await response.json()) as Answer;
  const company = answer.data?.counterparty ?? null;
  const order = company?.salesOrders.nodes[0];
  const sample = {
    role,
    company: company?.counterpartyLegalName ?? null,
    contact: company?.commercialContact ?? null,
    unitPrice: order?.unitPrice ?? null,
    found: answer.data?.search?.edges.length ?? 0,
    errors: (answer.errors ?? []).map((error) => `${error.extensions?.code} at ${(error.path ?? []).join(".")}`),
  };
  return { ...sample, right: isRight(role, sample, order !== undefined, meaning) };
}

/** The policy decides, so a wrong rule in the gateway shows here. */
function isRight(
  role: string, { company, contact, unitPrice, errors }: Omit<Sample, "right" | "role">, hasOrder: boolean, meaning: Meaning,
): boolean {
  const { reads: classes } = policyOf(meaning).roles[role]!;
  const reads = (table: string, field: string) => {
    const said = meaning.entities.find((each) => each.table === table)?.said.fields?.[field];
    return classes.includes((typeof said === "string" ? said : said?.class) ?? unclassified);
  };
  const denied = (field: string) => errors.some((error) => error.startsWith("FORBIDDEN at counterparty") && error.endsWith(field));
  const contactRight = reads(
    "counterparty", "commercial_contact",
  ) ? !denied("commercialContact") : contact === null && denied("commercialContact");
  const priceRight = !hasOrder || (reads("sales_order", "unit_price") ? unitPrice !== null : unitPrice === null && denied("unitPrice"));
  return company !== null && contactRight && priceRight && errors.every((error) => error.startsWith("FORBIDDEN"));
}

export function sampleTable(samples: readonly Sample[]): string {
  return table(
    ["role", "company", "contact", "unit price", "found", "denied"],
    samples.map(({ role, company, contact, unitPrice, found, errors, right }) =>
      [
        `${right ? "ok" : "WRONG"} ${role}`, company ?? "-", contact ?? "-", unitPrice ?? "-", found,
        errors.map((error) => error.split(".").at(-1)).join(", ") || "-",
      ]),
  );
}
