import { query, refused, strict } from "./lib/graphql.js";
import { counterpartyOrders, search, unitPrice, viewer } from "./lib/operations.js";

/** One user for a few seconds: every kind of question is answered, and refused where it must be. */
export const options = {
  vus: 1,
  iterations: 5,
  thresholds: { ...strict, http_req_duration: ["p(95)<1000"] },
};

export default function smoke() {
  const partner = query("partner", "Viewer", viewer);
  const own = partner && partner.viewer.counterpartyId;
  query("partner", "CounterpartyOrders", counterpartyOrders, { id: own, first: 10 });
  for (const role of ["staff", "support", "finance", "administrator"]) {
    query(role, "Viewer", viewer);
    query(role, "Search", search, { text: "tote", first: 5 });
  }
  query("administrator", "UnitPrice", unitPrice, { id: own });
  refused("partner", "UnitPrice", unitPrice, { id: own }, "FORBIDDEN");
  refused(null, "Viewer", viewer, {}, "UNAUTHENTICATED");
}
