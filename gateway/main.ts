import { PreflightFailed } from "../runtime/findings.js";
import { listeningFindings } from "../runtime/http/listening.js";
import { serveOperations } from "../runtime/http/operations.js";
import { type Log, openLog } from "../runtime/log.js";
import type { Addresses } from "../runtime/starter.js";
import { stopped } from "../runtime/stop.js";
import { totesys } from "../schema/totesys/catalog.js";
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
  const verifier = new TokenVerifier(await keySource(config), { issuer: config.jwtIssuer, audience: config.jwtAudience });
  const tokens = await developmentTokens(config);
  const metrics = new GatewayMetrics();
  const taken = await listeningFindings(gatewayListening(config));
  if (taken.length > 0) throw new PreflightFailed(taken);

  await using stores = await openStores(config.stores, totesys, metrics);
  await stores.freshness();
  await using api = await serveApi({ config, catalog: totesys, stores, verifier, metrics, tokens, log });
  await using operations = await serveOperations(
    { registry: metrics.registry, health: () => healthOf(stores) }, config.operationsHost, config.operationsPort,
  );

  log.info({ url: api.url, operationsUrl: operations.url, development: config.development }, "the gateway serves");
  started({ url: api.url, operationsUrl: operations.url });
  await stopped(AbortSignal.any([signal, operations.failed]));
  log.info("the gateway drains");
  operations.failed.throwIfAborted();
}

/** Ready while every store that serves answers. How fresh they are is shown, not judged. */
async function healthOf(stores: ServedStores): Promise<{ readonly ok: boolean; readonly stores: unknown }> {
  const fresh = await stores.freshness();
  return { ok: fresh.every(({ phase }) => phase !== "unreachable"), stores: fresh };
}
