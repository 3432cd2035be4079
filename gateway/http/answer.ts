import type { GraphQLRequestContextWillSendResponse } from "@apollo/server";
import type { GraphQLError } from "graphql";
import type { Bill } from "../fairness/meter.js";
import type { GatewayContext } from "../rows/context.js";
import type { ServedStores } from "../stores/stores.js";

type Request = GraphQLRequestContextWillSendResponse<GatewayContext>;

/** Ends the operation's turn and settles its cost. An answer that was given up is replaced by the reason. */
export function endTurn({ contextValue: { meter, stop, leave }, response: { body, http } }: Request): Bill {
  leave();
  const cost = meter.close();
  if (stop.aborted && body.kind === "single" && body.singleResult.data !== undefined) {
    // Parts of such an answer are missing, so it is given as a whole or not at all.
    const { message, extensions: { code } } = stop.reason as GraphQLError;
    body.singleResult = { errors: [{ message, extensions: { code } }] };
    http.status = 400;
  }
  return cost;
}

/** Adds to the answer what the operation cost and, where it has data, how current each store is. */
export async function tellFreshness({ response: { body } }: Request, cost: Bill, stores: ServedStores): Promise<void> {
  if (body.kind !== "single") return;
  const freshness = body.singleResult.data === undefined ? {} : { freshness: await stores.freshness() };
  body.singleResult.extensions = { ...body.singleResult.extensions, ...freshness, cost };
}
