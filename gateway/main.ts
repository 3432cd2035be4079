import { PreflightFailed } from "../runtime/findings.js";
import { listeningFindings } from "../runtime/http/listening.js";
import { serveOperations } from "../runtime/http/operations.js";
import { type Log, openLog } from "../runtime/log.js";
import type { Addresses } from "../runtime/starter.js";
import { stopped } from "../runtime/stop.js";
import { catalogOfStore } from "./catalog.js";
import { policyOf } from "../schema/meaning/compile.js";
import { readMeaning } from "../schema/meaning/read.js";
import { developmentTokens } from "./auth/development.js";
import { keySource } from "./auth/keys.js";
import { TokenVerifier } from "./auth/tokens.js";
import { serveApi } from "./http/server.js";
import { GatewayMetrics } from "./metrics.js";
import { checkSettings, type GatewayConfig, gatewayListening } from "./settings.js";
import { openStores, type ServedStores } from "./stores/stores.js";

/**
 * Serves the API until `signal` aborts, then lets what is under way finish. "reflect-metadata" must have been imported.
 * `started` is called with the addresses. @throws PreflightFailed with everything that keeps it from starting.
 */
export async function runGateway(
  config: GatewayConfig, signal: AbortSignal, started: (addresses: Required<Addresses>) => void = () =>
    undefined, log: Log = openLog("gateway"),
): Promise<void> {
  checkSettings(config);
  const meaning = await readMeaning(config.catalog);
  const keys = await keySource(config);
  const tokens = await developmentTokens(config, policyOf(meaning));
  const metrics = new GatewayMetrics();
  const taken = await listeningFindings(gatewayListening(config));
  if (taken.length > 0) throw new PreflightFailed(taken);

  await using stores = await openStores(config.stores, metrics);
  let isWaiting = true;
  await using operations = await serveOperations(
    { registry: metrics.registry, health: () => healthOf(stores, isWaiting) }, config.operationsHost, config.operationsPort,
  );
  const stop = AbortSignal.any([signal, operations.failed]);
  const catalog = await catalogOfStore(stores, meaning, log, stop);
  operations.failed.throwIfAborted();
  if (!catalog) return;
  const verifier = new TokenVerifier(keys, { issuer: config.jwtIssuer, audience: config.jwtAudience }, catalog);
  await stores.freshness();
  await using api = await serveApi({ config, catalog, stores, verifier, metrics, tokens, log });
  isWaiting = false;

  log.info({ url: api.url, operationsUrl: operations.url, development: config.development }, "the gateway serves");
  started({ url: api.url, operationsUrl: operations.url });
  await stopped(stop);
  log.info("the gateway drains");
  operations.failed.throwIfAborted();
}

/** Ready while every store that serves answers, once sync has written to it. How fresh they are is shown, not judged. */
async function healthOf(stores: ServedStores, isWaiting: boolean): Promise<{ readonly ok: boolean; readonly stores: unknown }> {
  const fresh = await stores.freshness();
  return { ok: !isWaiting && fresh.every(({ phase }) => phase !== "unreachable"), stores: fresh };
}
