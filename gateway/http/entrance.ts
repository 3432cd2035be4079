import { createHash } from "node:crypto";
import { setMaxListeners } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { timesSent } from "../../runtime/http/times-sent.js";
import type { Catalog } from "../../schema/catalog.js";
import type { ShownSchemas } from "../api/shown-schema.js";
import type { TokenVerifier } from "../auth/tokens.js";
import type { Viewer } from "../auth/viewer.js";
import { Budgets } from "../fairness/budgets.js";
import { Meter } from "../fairness/meter.js";
import { Turns } from "../fairness/turns.js";
import { rateLimited, unauthenticated, unavailable } from "../graphql/errors.js";
import { contextOf, type GatewayContext } from "../rows/context.js";
import type { GatewayConfig } from "../settings.js";
import type { ServedStores } from "../stores/stores.js";
import { checkRepetition } from "./repetition.js";

/** A request whose body, if it has one, has been read as JSON. */
type Request = IncomingMessage & { readonly body: unknown };

export interface EntranceParts {
  readonly config: GatewayConfig;
  readonly catalog: Catalog;
  readonly stores: ServedStores;
  readonly verifier: TokenVerifier;
  readonly schemas: ShownSchemas;
}

export type Enter = (request: Request, response: ServerResponse) => Promise<GatewayContext>;

/**
 * Lets a request in: it finds the viewer, takes from the viewer's budget, and waits for the viewer's turn.
 * All of it comes before the operation is parsed, so that the viewer's own operations wait for what it costs.
 * @throws UNAUTHENTICATED, UNAVAILABLE, RATE_LIMITED, BAD_USER_INPUT
 */
export function entrance({ config, catalog, stores, verifier, schemas }: EntranceParts): Enter {
  const budgets = new Budgets({ most: config.budget, perSecond: config.budgetPerSecond });
  const turns = new Turns({ atOnce: config.atOnce, points: config.maxCost / 2, waiting: config.waiting });
  return async (request, response) => {
    // Token and viewer.
    const viewer = await verifier.viewer(authorizationOf(request));
    const name = nameOf(viewer);
    const deadline = Date.now() + config.timeoutMs;
    const stop = new AbortController();
    // Every read under way listens to it.
    setMaxListeners(0, stop.signal);
    // Budget: what any request costs.
    const meter = new Meter(name, budgets, config.maxCost, stop);
    const goneAway = () => {
      stop.abort(unavailable("the client went away", null));
      meter.close();
    };
    if (response.destroyed) goneAway();
    response.once("close", goneAway);

    const tooLate = rateLimited("your operations under way took all the time this one had to wait; send fewer at once", 1);
    const late = setTimeout(() => stop.abort(tooLate), config.timeoutMs);
    let leave = () => undefined as void;
    try {
      // Turn: it ends with the answer, or with the connection.
      leave = await turns.enter(name, () => meter.points, stop.signal);
      response.once("close", leave);
      // Text: it is looked through before it is parsed.
      checkRepetition(queryOf(request), config.maxTokens);
      return contextOf({ catalog, stores, viewer, shown: schemas.to(viewer), meter, stop: stop.signal, deadline, leave });
    } catch (error) {
      leave();
      meter.close();
      throw error;
    } finally {
      clearTimeout(late);
    }
  };
}

/** The text of the operation, from where Apollo takes it; empty where Apollo will refuse the request. */
function queryOf({ body, method, url = "" }: Request): string {
  const query = method === "GET" ? new URLSearchParams(
    url.slice(url.indexOf("?") + 1),
  ).get("query") : (body as { readonly query?: unknown } | undefined)?.query;
  return typeof query === "string" ? query : "";
}

function authorizationOf({ headers, rawHeaders }: Request): string | undefined {
  const times = timesSent(rawHeaders, "authorization");
  if (times > 1) throw unauthenticated(`the request has ${times} Authorization headers; send one`, true);
  return headers.authorization;
}

/** One name for a viewer, however long its `sub` is. */
function nameOf({ id, role, claims }: Viewer): string {
  return createHash("sha256").update(JSON.stringify([role, claims, id])).digest("base64url");
}
