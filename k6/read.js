import { query, strict } from "./lib/graphql.js";
import { counterpartyOrders, orderDetail } from "./lib/operations.js";

/** A steady rate of reads by key and by lookup, whatever the answers take (open model). */
export const options = {
  scenarios: {
    read: {
      executor: "constant-arrival-rate",
      rate: Number(__ENV.RATE || 50),
      timeUnit: "1s",
      duration: __ENV.DURATION || "30s",
      preAllocatedVUs: 20,
      maxVUs: 100,
    },
  },
  thresholds: { ...strict, http_req_duration: ["p(95)<500", "p(99)<1500"], dropped_iterations: ["count==0"] },
};

const counterparties = Number(__ENV.COUNTERPARTIES || 20);

export default function read() {
  const id = String(1 + Math.floor(Math.random() * counterparties));
  const page = query("staff", "CounterpartyOrders", counterpartyOrders, { id, first: 20 });
  const orders = page && page.counterparty ? page.counterparty.salesOrders.nodes : [];
  if (orders.length > 0) query("staff", "OrderDetail", orderDetail, { id: orders[0].salesOrderId });
}
