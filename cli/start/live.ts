import { sleep } from "../../runtime/wait.js";
import type { Copying } from "../../sync/state/state.js";
import { copyingText, duration } from "../text/status-text.js";

/** Where the running services tell of themselves. */
export interface Sources {
  /** Address of sync's /health and /metrics. */
  readonly sync: string;
  /** Address of the gateway's /metrics. */
  readonly gateway: string;
  /** Transactions the generator has done so far. */
  traded(): number;
}

/** Counters at one moment; rates come from two of them. */
interface Reading {
  readonly at: number;
  readonly traded: number;
  readonly requests: number;
  readonly pipelines: readonly {
    readonly name: string;
    readonly state: string;
    readonly lagMs: number | null;
    readonly rows: number;
    readonly copying?: Copying | null;
  }[];
}

/** Shows rates and lag, once a second on a terminal and every ten seconds elsewhere, until `signal` aborts. */
export async function showLive(sources: Sources, terminal: boolean, signal: AbortSignal): Promise<void> {
  let before = await read(sources);
  while (!signal.aborted) {
    await sleep(terminal ? 1_000 : 10_000, signal);
    if (signal.aborted) break;
    const now = await read(sources);
    const line = lineOf(before, now);
    process.stderr.write(terminal ? `\r\u001b[2K${line}` : `${line}\n`);
    before = now;
  }
  if (terminal) process.stderr.write("\n");
}

export function lineOf(before: Reading, now: Reading): string {
  const seconds = Math.max(0.001, (now.at - before.at) / 1000);
  const rate = (from: number, to: number) => Math.round(Math.max(0, to - from) / seconds).toLocaleString("en");
  const pipelines = now.pipelines.map(({ name, state, lagMs, rows, copying }) => {
    const was = before.pipelines.find((each) => each.name === name)?.rows ?? 0;
    if (copying) return `${name} ${copyingLine(copying, (rows - was) / seconds)}`;
    const lag = lagMs === null ? state : `lag ${(lagMs / 1000).toFixed(1)} s${state === "streaming" ? "" : ` (${state})`}`;
    return `${name} ${rate(was, rows)} rows/s, ${lag}`;
  });
  return [
    `mysql ${rate(before.traded, now.traded)} transactions/s`, ...pipelines, `gateway ${rate(before.requests, now.requests)} requests/s`,
  ].join("  |  ");
}

/** `copying sales_order, 45,000 of about 1,000,000 rows, 12,000 rows/s, all tables in about 3 min`. */
export function copyingLine(copying: Copying, rowsPerSecond: number): string {
  const eta = rowsPerSecond > 0 ? `, all tables in about ${duration((copying.rowsLeft / rowsPerSecond) * 1000)}` : "";
  return `${copyingText(copying)}, ${Math.round(Math.max(0, rowsPerSecond)).toLocaleString("en")} rows/s${eta}`;
}

async function read({ sync, gateway, traded }: Sources): Promise<Reading> {
  const [health, syncMetrics, gatewayMetrics] = await Promise.all([
    text(`${sync}/health`), text(`${sync}/metrics`), text(`${gateway}/metrics`),
  ]);
  const { pipelines = [] } = (health ? JSON.parse(health)
    : {}) as { pipelines?: { pipeline: string; state: string; lagMs: number | null; copying: Copying | null }[] };
  return {
    at: Date.now(),
    traded: traded(),
    requests: sum(gatewayMetrics, "sluice_gateway_requests_total"),
    pipelines: pipelines.map(({ pipeline, state, lagMs, copying }) => ({
      name: pipeline, state, lagMs, copying, rows: sum(syncMetrics, "sluice_sync_rows_total", `pipeline="${pipeline}"`),
    })),
  };
}

/** Adds up the samples of one metric in Prometheus text, those that carry `label`. */
export function sum(metrics: string, name: string, label = ""): number {
  return metrics.split("\n")
    .filter((line) => (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) && line.includes(label))
    .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}

async function text(url: string): Promise<string> {
  return fetch(url, { signal: AbortSignal.timeout(2_000) }).then((response) => response.text(), () => "");
}
