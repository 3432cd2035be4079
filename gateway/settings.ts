import { z } from "zod";
import { type Finding, PreflightFailed } from "../runtime/findings.js";
import type { Listening } from "../runtime/http/listening.js";
import { isLoopback } from "../runtime/http/loopback.js";
import type { Config, Setting } from "../runtime/settings.js";
import { flag, port, url, wholeNumber } from "../runtime/values.js";
import { storeList } from "../stores/named.js";
import { catalogFolder } from "../schema/meaning/setting.js";
import { storeSchemes } from "../stores/open.js";

const number = (env: string, usual: number, least: number, most: number, description: string): Setting<number> =>
  ({ env, placeholder: "number", description: `${description} (default: ${usual})`, schema: wholeNumber(least, most).default(usual) });

const text = (env: string, placeholder: string, description: string): Setting<string | undefined> =>
  ({ env, placeholder, description, schema: z.string().optional() });

/** What can be set of the gateway. Unset, it is closed: loopback only, production mode, no GraphiQL, tight limits. */
export const gatewaySettings = {
  stores: {
    env: "SLUICE_STORES", placeholder: "urls",
    description: "where to read, comma-separated: the first that has rows serves rows, the first that has search serves search "
      + `(${storeSchemes.join(", ")}); a name may stand before each, as for sync: orders=cassandra://…`,
    schema: storeList,
  },
  catalog: catalogFolder,
  host: {
    env: "SLUICE_GATEWAY_HOST", placeholder: "address", description: "address to listen on (default: 127.0.0.1)",
    schema: z.string().min(1).default("127.0.0.1"),
  },
  port: { env: "SLUICE_GATEWAY_PORT", placeholder: "port", description: "port of the API (default: 4000)", schema: port.default(4000) },
  operationsPort: {
    env: "SLUICE_GATEWAY_OPERATIONS_PORT", placeholder: "port",
    description: "port of /metrics, /health and /live (default: 4001)", schema: port.default(4001),
  },
  operationsHost: {
    env: "SLUICE_GATEWAY_OPERATIONS_HOST", placeholder: "address",
    description: "address of /metrics, /health and /live (default: 127.0.0.1)", schema: z.string().min(1).default("127.0.0.1"),
  },
  development: {
    env: "SLUICE_DEVELOPMENT", description: "hand out ready tokens for every role and serve GraphiQL; on loopback only",
    schema: flag.default(false),
  },
  graphiql: { env: "SLUICE_GRAPHIQL", description: "serve GraphiQL without tokens outside development too", schema: flag.default(false) },
  jwtKeys: {
    env: "SLUICE_JWT_KEYS", placeholder: "url",
    description: "public keys that sign viewers' tokens: a JWKS (https: or file:, .json) or a PEM file (file:, .pem)",
    schema: url("https", "http", "file").optional(),
  },
  jwtSecret: {
    env: "SLUICE_JWT_SECRET", placeholder: "secret", description: "HS256 secret that signs viewers' tokens, 32 bytes or more", secret: true,
    schema: z.string().refine((secret) => Buffer.byteLength(secret) >= 32, "it must have 32 bytes or more").optional(),
    remedy: "make one with: openssl rand -base64 48",
  },
  jwtIssuer: text("SLUICE_JWT_ISSUER", "text", "the `iss` a token must carry"),
  jwtAudience: text("SLUICE_JWT_AUDIENCE", "text", "the `aud` a token must carry"),
  developmentKey: {
    env: "SLUICE_DEVELOPMENT_KEY", placeholder: "key",
    description: "key of the row whose rows a development token shows, in a role that sees its own rows only (default: 1)",
    schema: z.string().min(1).max(200).default("1"),
  },
  maxPage: number("SLUICE_GATEWAY_MAX_PAGE", 100, 1, 1000, "most entries of one page"),
  maxCost: number(
    "SLUICE_GATEWAY_MAX_COST", 10_000, 1, 10_000_000,
    "most points an operation may cost: one a field as often as it is answered, 500 a search",
  ),
  budget: number("SLUICE_GATEWAY_BUDGET", 100_000, 1, 1_000_000_000, "most points a viewer can have saved to spend on operations"),
  budgetPerSecond: number("SLUICE_GATEWAY_BUDGET_PER_SECOND", 20_000, 1, 1_000_000_000, "points a viewer's budget grows by in a second"),
  atOnce: number("SLUICE_GATEWAY_AT_ONCE", 8, 1, 10_000, "most operations of one viewer under way; fewer where they are dear"),
  waiting: number("SLUICE_GATEWAY_WAITING", 100, 0, 100_000, "most operations of one viewer that wait for their turn"),
  maxDepth: number("SLUICE_GATEWAY_MAX_DEPTH", 15, 1, 100, "deepest nesting of an operation"),
  maxAliases: number("SLUICE_GATEWAY_MAX_ALIASES", 30, 0, 10_000, "most aliases of an operation"),
  maxTokens: number("SLUICE_GATEWAY_MAX_TOKENS", 2_000, 10, 1_000_000, "longest operation, in GraphQL tokens"),
  maxConnections: number("SLUICE_GATEWAY_MAX_CONNECTIONS", 2_000, 1, 1_000_000, "most connections at once"),
  maxBodyBytes: number("SLUICE_GATEWAY_MAX_BODY", 262_144, 1_024, 16_777_216, "largest request body, in bytes"),
  timeoutMs: number("SLUICE_GATEWAY_TIMEOUT", 10_000, 100, 600_000, "longest an operation may take, in milliseconds"),
} as const satisfies Readonly<Record<string, Setting>>;

export interface GatewayConfig extends Config<typeof gatewaySettings> {
  /** Folder that holds the development secret. */
  readonly dataDir: string;
}

/** What no single setting shows. @throws PreflightFailed with all findings at once. */
export function checkSettings(config: Pick<GatewayConfig, "jwtKeys" | "jwtSecret" | "development" | "host" | "budget" | "maxCost">): void {
  const findings: Finding[] = [];
  if (config.jwtKeys && config.jwtSecret) {
    findings.push({
      where: "SLUICE_JWT_KEYS, SLUICE_JWT_SECRET", problem: "both are set, and only one can sign tokens", remedy: "unset one of them",
    });
  }
  if (!config.development && !config.jwtKeys && !config.jwtSecret) {
    findings.push({
      where: "SLUICE_JWT_KEYS", problem: "there is no key to verify tokens with, so no request could be let in",
      remedy: "set SLUICE_JWT_KEYS (JWKS or PEM) or SLUICE_JWT_SECRET (HS256), or use --development on your own machine",
    });
  }
  if (config.development && !isLoopback(config.host)) {
    findings.push({
      where: "SLUICE_GATEWAY_HOST", problem: `development mode hands out an administrator's token to anyone who can reach ${config.host}`,
      remedy: "listen on 127.0.0.1, or leave development mode and set SLUICE_JWT_KEYS or SLUICE_JWT_SECRET",
    });
  }
  if (config.jwtKeys?.protocol === "http:" && !isLoopback(config.jwtKeys.hostname)) {
    findings.push({ where: "SLUICE_JWT_KEYS", problem: "keys fetched over http: can be replaced on the way", remedy: "use https:" });
  }
  if (config.budget < config.maxCost) {
    findings.push({
      where: "SLUICE_GATEWAY_BUDGET",
      problem: `an operation may cost ${config.maxCost} points, which no viewer could ever have with ${config.budget}`,
      remedy: "raise it, or lower SLUICE_GATEWAY_MAX_COST",
    });
  }
  if (findings.length > 0) throw new PreflightFailed(findings);
}

/** Where the gateway listens. */
export function gatewayListening(
  { host, port: api, operationsHost, operationsPort }: Pick<GatewayConfig, "host" | "port" | "operationsHost" | "operationsPort">,
): readonly Listening[] {
  return [
    { service: "the gateway", setting: "SLUICE_GATEWAY_PORT", host, port: api },
    { service: "the gateway", setting: "SLUICE_GATEWAY_OPERATIONS_PORT", host: operationsHost, port: operationsPort },
  ];
}
