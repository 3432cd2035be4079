import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ApolloServer, type ApolloServerPlugin } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled, ApolloServerPluginLandingPageDisabled, ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import { ApolloServerPluginDrainHttpServer } from "@apollo/server/plugin/drainHttpServer";
import { expressMiddleware } from "@as-integrations/express5";
import express from "express";
import type { Log } from "../../runtime/log.js";
import type { Catalog } from "../../schema/catalog.js";
import { apiSchema } from "../api/schema.js";
import { ShownSchemas } from "../api/shown-schema.js";
import type { DevelopmentToken } from "../auth/development.js";
import { fieldRules } from "../auth/field-rules.js";
import type { TokenVerifier } from "../auth/tokens.js";
import { graphiql } from "../graphiql/routes.js";
import type { PageLimits } from "../graphql/connection.js";
import { plain } from "../graphql/errors.js";
import type { GatewayMetrics } from "../metrics.js";
import type { GatewayContext } from "../rows/context.js";
import type { GatewayConfig } from "../settings.js";
import type { ServedStores } from "../stores/stores.js";
import { requestSteps } from "./request.js";

export interface ApiParts {
  readonly config: GatewayConfig;
  readonly catalog: Catalog;
  readonly stores: ServedStores;
  readonly verifier: TokenVerifier;
  readonly metrics: GatewayMetrics;
  readonly tokens: readonly DevelopmentToken[];
  readonly log: Log;
}

export interface Api extends AsyncDisposable {
  /** Where GraphiQL is; the API is at `/graphql` below it. */
  readonly url: string;
}

const usualPage = 20;

/** How long a client may take to send a request. Node looks after connections once in the interval, 30 s unless set. */
const sendingTimes = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5_000, connectionsCheckingInterval: 1_000 };

/**
 * Serves POST and GET /graphql and, where it is on, GraphiQL at /; request.ts has the order of one request.
 * Disposing lets operations under way finish.
 */
export async function serveApi({ config, catalog, stores, verifier, metrics, tokens, log }: ApiParts): Promise<Api> {
  const app = express().disable("x-powered-by").disable("etag");
  const server = createServer({ ...sendingTimes, maxHeaderSize: 16_384 }, app);
  server.maxConnections = config.maxConnections;
  // A client that reads nothing of its answer for so long is disconnected.
  server.setTimeout(config.timeoutMs + sendingTimes.requestTimeout);
  const pages: PageLimits = { usual: Math.min(usualPage, config.maxPage), most: config.maxPage };
  const schema = apiSchema(catalog, pages);
  const schemas = new ShownSchemas(schema, fieldRules(catalog), catalog);
  const { received, entered, operation, refused } = requestSteps({ config, catalog, stores, verifier, schemas, metrics, pages, log });
  const { plugin, ...operationOptions } = operation;
  const apollo = new ApolloServer<GatewayContext>({
    schema,
    ...operationOptions,
    plugins: [...serverPlugins(server), plugin],
    // Each viewer is shown its own part, in errors too.
    introspection: true,
    hideSchemaDetailsFromClientErrors: false,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    nodeEnv: "production",
    logger: {
      debug: () => undefined, info: () => undefined, warn: (message: unknown) => log.warn(String(message)),
      error: (message: unknown) => log.error(String(message)),
    },
  });
  await apollo.start();

  app.use((_request, response, next) => {
    response.set({ "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "cache-control": "no-store" });
    next();
  });
  if (config.development || config.graphiql) app.use(graphiql(tokens, config.catalog));
  app.use("/graphql", ...received, expressMiddleware(apollo, { context: ({ req, res }) => entered(req, res) }));
  app.use((_request, response) => {
    response.status(404).json({ errors: [plain("BAD_REQUEST", "there is nothing here; the API is at /graphql")] });
  });
  app.use(refused);

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(config.port, config.host, resolve);
  }).catch(async (error: unknown) => {
    await apollo.stop();
    throw error;
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${config.host.includes(":") ? `[${config.host}]` : config.host}:${port}`,
    [Symbol.asyncDispose]: () => apollo.stop(),
  };
}

function serverPlugins(server: Server): ApolloServerPlugin<GatewayContext>[] {
  return [
    ApolloServerPluginDrainHttpServer({ httpServer: server, stopGracePeriodMillis: 5_000 }),
    // Cache control would take a fifth of the time of a large answer. Answers differ by viewer, so it has no use here.
    ApolloServerPluginCacheControlDisabled(),
    ApolloServerPluginLandingPageDisabled(),
    ApolloServerPluginUsageReportingDisabled(),
  ];
}
