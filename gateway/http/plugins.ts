import { type Server } from "node:http";
import type { ApolloServerPlugin } from "@apollo/server";
import type { GraphQLError } from "graphql";
import {
  ApolloServerPluginCacheControlDisabled, ApolloServerPluginLandingPageDisabled, ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import { ApolloServerPluginDrainHttpServer } from "@apollo/server/plugin/drainHttpServer";
import { suggestions } from "../api/suggestions.js";
import type { PageLimits } from "../graphql/connection.js";
import type { GatewayMetrics } from "../metrics.js";
import type { GatewayContext } from "../rows/context.js";
import { costLimit } from "./cost.js";

export interface PluginParts {
  readonly server: Server;
  readonly metrics: GatewayMetrics;
  readonly maxCost: number;
  readonly pages: PageLimits;
}

/** Everything that happens around an operation, in order. */
export function plugins({ server, metrics, maxCost, pages }: PluginParts): ApolloServerPlugin<GatewayContext>[] {
  return [
    ApolloServerPluginDrainHttpServer({ httpServer: server, stopGracePeriodMillis: 5_000 }),
    // A fifth of the time of a large answer, and no use of it here: answers differ by viewer.
    ApolloServerPluginCacheControlDisabled(),
    ApolloServerPluginLandingPageDisabled(),
    ApolloServerPluginUsageReportingDisabled(),
    // Before it is measured, since it may replace the answer.
    answered,
    measured(metrics),
    suggestions,
    costLimit(maxCost, pages),
  ];
}

function measured(metrics: GatewayMetrics): ApolloServerPlugin<GatewayContext> {
  const failed = (codes: readonly unknown[]) => codes.forEach((code) => metrics.failed(
    typeof code === "string" ? code : "INTERNAL_SERVER_ERROR",
  ));
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

/** The end of an operation's turn: its cost is settled, and `extensions` say what it was and how far each store was. */
const answered: ApolloServerPlugin<GatewayContext> = {
  requestDidStart: async () => ({
    async willSendResponse({ contextValue: { stores, meter, stop, leave }, response: { body, http } }) {
      leave();
      const cost = meter.close();
      if (body.kind !== "single") return;
      if (stop.aborted && body.singleResult.data !== undefined) {
        // Of an answer that was given up some parts are missing, so it is given as a whole or not at all.
        const { message, extensions: { code } } = stop.reason as GraphQLError;
        body.singleResult = { errors: [{ message, extensions: { code } }] };
        http.status = 400;
      }
      const freshness = body.singleResult.data === undefined ? {} : { freshness: await stores.freshness() };
      body.singleResult.extensions = { ...body.singleResult.extensions, ...freshness, cost };
    },
  }),
};
