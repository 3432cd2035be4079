import { Registry } from "prom-client";
import { GatewayMetrics } from "../../gateway/metrics.js";
import { pipelineMetrics } from "../../sync/state/metrics.js";
import { roundMetrics } from "../../sync/verify/schedule.js";
import { code, type Page, table } from "./markdown.js";

/** What prom-client keeps of a metric, beside what its types tell. */
interface Declared {
  readonly name: string;
  readonly type: string;
  readonly labelNames: readonly string[];
  readonly help: string;
}

/** Every metric of our own, from the registries that the services fill. */
export function metricsPage(): Page {
  return {
    file: "metrics.md", title: "Metrics", about: "every metric that sync, the gateway and `verify --every` serve",
    body: `Each service answers \`GET /metrics\` as Prometheus text, beside \`/health\` and \`/live\`. [Settings](settings.md) has their
addresses and ports. Besides the metrics below each serves those of prom-client for any process: \`process_*\` and \`nodejs_*\`.

## sync

The label \`pipeline\` names the store.

${metricsOf((registry) => pipelineMetrics(registry, []))}

## gateway

${metricsOf(() => new GatewayMetrics().registry)}

## verify

\`sluice verify --every\` serves these. The gauges of the last round have no value before the first round has ended.

${metricsOf(roundMetrics)}`,
  };
}

/** @param fill registers the metrics with the registry it is given, or returns one of its own */
function metricsOf(fill: (registry: Registry) => unknown): string {
  const given = new Registry();
  const filled = fill(given);
  const metrics = (filled instanceof Registry ? filled : given).getMetricsAsArray() as unknown as readonly Declared[];
  const rows = metrics.filter(({ name }) => name.startsWith("sluice_")).sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, type, labelNames, help }) => [code(name), type, labelNames.map(code).join(", "), help]);
  return table(["metric", "type", "labels", "what it tells"], rows);
}
