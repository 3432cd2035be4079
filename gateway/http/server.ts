import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ApolloServer } from "@apollo/server";
import { expressMiddleware } from "@as-integrations/express5";
import express, { type ErrorRequestHandler } from "express";
import type { Log } from "../../runtime/log.js";
import type { Catalog } from "../../schema/catalog.js";
import { apiSchema } from "../api/schema.js";
import { ShownSchemas } from "../api/shown-schema.js";
import type { DevelopmentToken } from "../auth/development.js";
import { fieldRules } from "../auth/field-rules.js";
import type { TokenVerifier } from "../auth/tokens.js";
import { graphiql } from "../graphiql/routes.js";
import type { PageLimits } from "../graphql/connection.js";
import { errorFormatter } from "../graphql/errors.js";
import type { GatewayMetrics } from "../metrics.js";
import type { GatewayContext } from "../rows/context.js";
import type { GatewayConfig } from "../settings.js";
import type { ServedStores } from "../stores/stores.js";
import { entrance } from "./entrance.js";
import { exactBody, exactQuery, RefusedRequest } from "./exact-json.js";
import { shapeRules } from "./limits.js";
import { plugins } from "./plugins.js";

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

/** How long a client may take to send a request. Node looks after connections once in the interval, 30 s unless told. */
const sendingTimes = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5_000, connectionsCheckingInterval: 1_000 };

/** Serves POST and GET /graphql and, where it is on, GraphiQL at /. Disposing lets operations under way finish. */
export async function serveApi({ config, catalog, stores, verifier, metrics, tokens, log }: ApiParts): Promise<Api> {
  const app = express().disable("x-powered-by").disable("etag");
  const server = createServer({ ...sendingTimes, maxHeaderSize: 16_384 }, app);
  server.maxConnections = config.maxConnections;
  // A client that takes nothing of its answer for so long does not get it.
  server.setTimeout(config.timeoutMs + sendingTimes.requestTimeout);
  const pages: PageLimits = { usual: Math.min(usualPage, config.maxPage), most: config.maxPage };
  const schema = apiSchema(catalog, pages);
  const enter = entrance({ config, catalog, stores, verifier, schemas: new ShownSchemas(schema, fieldRules(catalog), catalog) });
  const apollo = new ApolloServer<GatewayContext>({
    schema,
    plugins: plugins({ server, metrics, maxCost: config.maxCost, pages }),
    validationRules: shapeRules(config),
    parseOptions: { maxTokens: config.maxTokens },
    formatError: errorFormatter(log),
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
  if (config.development || config.graphiql) app.use(graphiql(tokens));
  app.use("/graphql", express.json({ limit: config.maxBodyBytes, verify: exactBody }), exactQuery, (request, _response, next) => {
    // A GET has no body; the integration wants the property to be there.
    request.body ??= {};
    next();
  }, expressMiddleware(apollo, { context: ({ req, res }) => enter(req, res) }));
  app.use((_request, response) => {
    response.status(404).json({
      errors: [{ message: "there is nothing here; the API is at /graphql", extensions: { code: "BAD_REQUEST" } }],
    });
  });
  app.use(bodyRefused(config.maxBodyBytes, log));

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

/** What Express refuses before GraphQL sees it, in GraphQL's words. */
function bodyRefused(maxBytes: number, log: Log): ErrorRequestHandler {
  return (error: { readonly status?: number; readonly type?: string }, _request, response, next) => {
    if (response.headersSent) return next(error);
    const status = typeof error.status === "number" && error.status >= 400 && error.status < 500 ? error.status : 500;
    if (status === 500) log.error({ err: error }, "a request failed");
    const message = error instanceof RefusedRequest ? error.message
      : error.type === "entity.too.large" ? `the body is larger than ${maxBytes} bytes`
      : error.type === "entity.parse.failed" ? "the body is not JSON" : status === 500 ? "internal error" : "the request cannot be read";
    response.status(status).json({ errors: [{ message, extensions: { code: status === 500 ? "INTERNAL_SERVER_ERROR" : "BAD_REQUEST" } }] });
  };
}
