import type { GraphQLRequestContextWillSendResponse } from "@apollo/server";
import type { GatewayMetrics } from "../metrics.js";
import type { GatewayContext } from "../rows/context.js";

type Request = GraphQLRequestContextWillSendResponse<GatewayContext>;

/** Counts a request that was refused before there was an operation. */
export function countRefusal(metrics: GatewayMetrics, error: unknown): void {
  count(metrics, (error as { readonly extensions?: { readonly code?: unknown } }).extensions?.code);
}

/** Counts every error of an answer by its code. */
export function countErrors(metrics: GatewayMetrics, request: Request): void {
  for (const { extensions } of resultOf(request).errors ?? []) count(metrics, extensions?.code);
}

/** Measures how an operation ended and how long it took since `began`. */
export function measure(metrics: GatewayMetrics, request: Request, began: number): void {
  const { errors, data } = resultOf(request);
  metrics.answered(request.operationName, !errors ? "ok" : data ? "partial" : "refused", (performance.now() - began) / 1000);
}

function resultOf({ response: { body } }: Request) {
  return body.kind === "single" ? body.singleResult : body.initialResult;
}

function count(metrics: GatewayMetrics, code: unknown): void {
  metrics.failed(typeof code === "string" ? code : "INTERNAL_SERVER_ERROR");
}
