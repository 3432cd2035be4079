import { collectDefaultMetrics, Counter, Histogram, Registry } from "prom-client";

const [maxOperationNames, maxNameLength] = [100, 64];
const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What the gateway counts. Every label has a bounded set of values. */
export class GatewayMetrics {
  readonly registry = new Registry();
  private readonly names = new Set<string>();
  private readonly requests = new Histogram({
    name: "sluice_gateway_request_seconds", help: "Time from a request's start to its response, by operation name.",
    labelNames: ["operation"], buckets: seconds, registers: [this.registry],
  });
  private readonly responses = new Counter({
    name: "sluice_gateway_requests_total",
    help: "Operations answered, by operation name and outcome: ok, partial (data and errors) or refused.",
    labelNames: ["operation", "outcome"], registers: [this.registry],
  });
  private readonly errors = new Counter({
    name: "sluice_gateway_errors_total", help: "Errors in responses, by code.", labelNames: ["code"], registers: [this.registry],
  });
  private readonly stores = new Histogram({
    name: "sluice_gateway_store_seconds", help: "Time a store took, by store, call (get, list, search) and outcome.",
    labelNames: ["store", "call", "outcome"], buckets: seconds, registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  answered(operationName: string | null | undefined, outcome: "ok" | "partial" | "refused", tookSeconds: number): void {
    const operation = this.labelOf(operationName);
    this.requests.observe({ operation }, tookSeconds);
    this.responses.inc({ operation, outcome });
  }

  failed(code: string): void {
    this.errors.inc({ code });
  }

  storeCall(store: string, call: string): (outcome: "ok" | "failed") => void {
    const end = this.stores.startTimer({ store, call });
    return (outcome) => void end({ outcome });
  }

  /** Clients choose operation names, so only the first hundred of a usual length become labels. */
  private labelOf(name: string | null | undefined): string {
    if (!name) return "anonymous";
    if (name.length > maxNameLength) return "other";
    if (this.names.size < maxOperationNames) this.names.add(name);
    return this.names.has(name) ? name : "other";
  }
}
