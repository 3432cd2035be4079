import { type Server } from "node:http";
import type { ApolloServerPlugin } from "@apollo/server";
import { ApolloServerPluginCacheControlDisabled, ApolloServerPluginLandingPageDisabled, ApolloServerPluginUsageReportingDisabled } from "@apollo/server/plugin/disabled";
import { ApolloServerPluginDrainHttpServer } from "@apollo/server/plugin/drainHttpServer";
import type { GatewayContext } from "./context.js";
import type { PageLimits } from "./graphql/connection.js";
import { costLimit, introspectionLimit, type OperationLimits } from "./graphql/limits.js";
import type { GatewayMetrics } from "./metrics.js";

export interface PluginParts {
  readonly server: Server;
  readonly metrics: GatewayMetrics;
  readonly limits: OperationLimits;
  readonly pages: PageLimits;
  readonly development: boolean;
}

/** Everything that happens around an operation, in order. */
export function plugins({ server, metrics, limits, pages, development }: PluginParts): ApolloServerPlugin<GatewayContext>[] {
  return [
    ApolloServerPluginDrainHttpServer({ httpServer: server, stopGracePeriodMillis: 5_000 }),
    // A fifth of the time of a large answer, and no use of it here: answers differ by viewer.
    ApolloServerPluginCacheControlDisabled(),
    ApolloServerPluginLandingPageDisabled(),
    ApolloServerPluginUsageReportingDisabled(),
    measured(metrics),
    introspectionLimit(development),
    costLimit(limits, pages),
    freshness,
  ];
}

function measured(metrics: GatewayMetrics): ApolloServerPlugin<GatewayContext> {
  const failed = (codes: readonly unknown[]) => codes.forEach((code) => metrics.failed(typeof code === "string" ? code : "INTERNAL_SERVER_ERROR"));
  return {
    contextCreationDidFail: async ({ error }) => failed([(error as { extensions?: { code?: unknown } }).extensions?.code]),
    invalidRequestWasReceived: async ({ error }) => failed([(error as { extensions?: { code?: unknown } }).extensions?.code]),
    async requestDidStart() {
      const began = performance.now();
      return {
        async willSendResponse({ operationName, response: { body } }) {
          const { errors, data } = body.kind === "single" ? body.singleResult : body.initialResult;
          failed((errors ?? []).map(({ extensions }) => extensions?.code));
          metrics.answered(operationName, !errors ? "ok" : data ? "partial" : "refused", (performance.now() - began) / 1000);
        },
      };
    },
  };
}

/** `extensions.freshness`: how far each store was when this answer was made. */
const freshness: ApolloServerPlugin<GatewayContext> = {
  requestDidStart: async () => ({
    async willSendResponse({ contextValue, response: { body } }) {
      if (body.kind !== "single" || body.singleResult.data === undefined) return;
      body.singleResult.extensions = { ...body.singleResult.extensions, freshness: await contextValue.stores.freshness() };
    },
  }),
};
