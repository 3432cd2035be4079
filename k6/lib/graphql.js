import http from "k6/http";
import { check } from "k6";
import { Rate } from "k6/metrics";

/** Share of answers that carry a GraphQL error which the script did not ask for. A status of 200 proves nothing. */
export const graphqlErrors = new Rate("graphql_errors");

const url = __ENV.SLUICE_GATEWAY_URL || "http://127.0.0.1:4000/graphql";
const tokens = JSON.parse(__ENV.SLUICE_TOKENS || "{}");

/** Sends one operation as `role` and returns `data`; any error in the answer counts against the run. */
export function query(role, operationName, document, variables = {}) {
  const body = send(role, operationName, document, variables);
  const failed = !body || Array.isArray(body.errors) || !body.data;
  graphqlErrors.add(failed, { operation: operationName });
  check(body, { [`${operationName} answers without errors`]: () => !failed });
  if (failed) console.error(`${operationName}: ${JSON.stringify(body && body.errors)}`);
  return failed ? null : body.data;
}

/** Sends one operation that must be refused with `code`; returns the whole answer. */
export function refused(role, operationName, document, variables, code) {
  const body = send(role, operationName, document, variables);
  const asWanted = !!body && Array.isArray(body.errors) && body.errors.every((error) => error.extensions.code === code);
  graphqlErrors.add(!asWanted, { operation: operationName });
  check(body, { [`${operationName} is refused with ${code}`]: () => asWanted });
  return body;
}

function send(role, operationName, document, variables) {
  const headers = { "content-type": "application/json" };
  if (role) headers.authorization = `Bearer ${tokens[role]}`;
  const response = http.post(url, JSON.stringify({ operationName, query: document, variables }), {
    headers,
    tags: { operation: operationName },
    responseCallback: http.expectedStatuses(200, 401),
  });
  try {
    return response.json();
  } catch {
    return null;
  }
}

/** Thresholds every script shares: no failed request, no unexpected error, every check true. */
export const strict = {
  http_req_failed: ["rate==0"],
  graphql_errors: ["rate==0"],
  checks: ["rate==1"],
};
