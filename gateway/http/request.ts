import type { ApolloServerOptions, ApolloServerPlugin } from "@apollo/server";
import type { ErrorRequestHandler, RequestHandler } from "express";
import type { Log } from "../../runtime/log.js";
import { hideNames } from "../api/suggestions.js";
import type { PageLimits } from "../graphql/connection.js";
import { errorFormatter } from "../graphql/errors.js";
import type { GatewayMetrics } from "../metrics.js";
import type { GatewayContext } from "../rows/context.js";
import type { GatewayConfig } from "../settings.js";
import type { ServedStores } from "../stores/stores.js";
import { endTurn, tellFreshness } from "./answer.js";
import { bodyOrNone, jsonBody, refusedBody } from "./body.js";
import { expectCost } from "./cost.js";
import { type Enter, entrance, type EntranceParts } from "./entrance.js";
import { exactQuery } from "./exact-json.js";
import { shapeRules } from "./limits.js";
import { countErrors, countRefusal, measure } from "./measuring.js";

export interface RequestParts extends EntranceParts {
  readonly config: GatewayConfig;
  readonly stores: ServedStores;
  readonly metrics: GatewayMetrics;
  readonly pages: PageLimits;
  readonly log: Log;
}

/** The steps of one request, for the libraries that run them: Express, then Apollo. */
export interface RequestSteps {
  readonly received: readonly RequestHandler[];
  readonly entered: Enter;
  readonly operation: Required<Pick<ApolloServerOptions<GatewayContext>, "parseOptions" | "validationRules" | "formatError">> & {
    readonly plugin: ApolloServerPlugin<GatewayContext>;
  };
  readonly refused: ErrorRequestHandler;
}

/**
 * Everything that happens to one request to /graphql, in this order. Each step can refuse the request, and then no later step runs.
 * The viewer's turn comes before the text is parsed, so that a viewer waits for what its own operations cost.
 */
export function requestSteps(parts: RequestParts): RequestSteps {
  const { config, stores, metrics, pages, log } = parts;
  return {
    // 1. Limits of what is sent: the size of the body, and numbers that JSON would round.
    received: [jsonBody(config.maxBodyBytes), exactQuery, bodyOrNone],

    // 2. Token, viewer, budget, turn, and how often the text repeats itself: entrance.ts lists them.
    entered: entrance(parts),

    operation: {
      // 3. Parse, at most so many tokens.
      parseOptions: { maxTokens: config.maxTokens },
      // 4. Validate: the shape first, then the rules of the specification.
      validationRules: shapeRules(config),
      plugin: {
        // A request refused in step 2, or not understood as GraphQL over HTTP.
        contextCreationDidFail: async ({ error }) => countRefusal(metrics, error),
        invalidRequestWasReceived: async ({ error }) => countRefusal(metrics, error),
        requestDidStart: async ({ contextValue: { shown } }) => {
          const began = performance.now();
          return {
            validationDidStart: async () => async (errors) => hideNames(errors ?? [], shown),
            // 5. Cost: what the operation is expected to cost is taken from the viewer's budget.
            didResolveOperation: async (request) => expectCost(request, config.maxCost, pages),
            // 6. Execute: the field rules of api/guard.ts, then the resolvers in api/resolvers/.
            // 7. Answer: the turn ends, the cost is settled, and `extensions` say the cost and how current the stores are.
            willSendResponse: async (request) => {
              const cost = endTurn(request);
              countErrors(metrics, request);
              measure(metrics, request, began);
              await tellFreshness(request, cost, stores);
            },
          };
        },
      },
      // 8. Errors: what a client may read of each.
      formatError: errorFormatter(log),
    },
    // The same for a request that step 1 refused.
    refused: refusedBody(config.maxBodyBytes, log),
  };
}
