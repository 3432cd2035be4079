import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import { PreflightFailed } from "../../runtime/findings.js";
import { cannotListen } from "../../runtime/http/listening.js";
import { serveOperations } from "../../runtime/http/operations.js";
import { sleep } from "../../runtime/wait.js";
import { StoreRefusal } from "../../stores/ports.js";
import type { Report } from "./report/report.js";

/** How a round went. */
export interface RoundResult {
  readonly result: "equal" | "different" | "failed";
  /** ISO 8601. */
  readonly startedAt: string;
  readonly tookMs: number;
  readonly report: Report | null;
  readonly error: string | null;
}

export interface Rounds {
  /** The time from the beginning of one round to that of the next; a round that takes longer is followed at once. */
  readonly everyMs: number;
  /** The port on 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  round(end: AbortSignal): Promise<Report>;
  listening(url: string): void;
  ended(result: RoundResult): Promise<void>;
}

/**
 * Verifies again and again until `signal` aborts, and reports the results by /metrics and /health.
 * A round that fails, because a store is away or behind, is one of the results. Only what keeps the first one from beginning is thrown.
 */
export async function runRounds({ everyMs, port, round, listening, ended }: Rounds, signal: AbortSignal): Promise<void> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const measure = roundMetrics(registry);
  let last: RoundResult | null = null;
  const health = async () => ({
    ok: last?.result === "equal", everyMs,
    last: last && { result: last.result, startedAt: last.startedAt, tookMs: last.tookMs, error: last.error },
  });
  await using server = await serveOperations({ registry, health }, "127.0.0.1", port).catch((error: Error) => {
    throw new PreflightFailed([cannotListen({ service: "verify", setting: "SLUICE_VERIFY_PORT", host: "127.0.0.1", port }, error)]);
  });
  listening(server.url);
  const end = AbortSignal.any([signal, server.failed]);
  while (!end.aborted) {
    const began = Date.now();
    const about = () => ({ startedAt: new Date(began).toISOString(), tookMs: Date.now() - began });
    let result: RoundResult;
    try {
      const report = await round(end);
      result = { result: report.equal ? "equal" : "different", ...about(), report, error: null };
    } catch (error) {
      if (end.aborted) break;
      if (!last && (error instanceof PreflightFailed || error instanceof StoreRefusal)) throw error;
      result = { result: "failed", ...about(), report: null, error: (error as Error).message };
    }
    last = result;
    measure(result);
    await ended(result);
    await sleep(began + everyMs - Date.now(), end);
  }
  if (!signal.aborted) server.failed.throwIfAborted();
}

/** What is measured of the rounds; the function it returns is called with each as it ends. */
export function roundMetrics(registry: Registry): (result: RoundResult) => void {
  const registers = [registry];
  const labelNames = ["store", "table"] as const;
  const differences = new Gauge({
    name: "sluice_verify_differences", help: "Differences the last whole round found and left, dead letters aside.", labelNames, registers,
  });
  const explained = new Gauge({
    name: "sluice_verify_explained", help: "Differences of the last whole round that dead letters explain.", labelNames, registers,
  });
  const repaired = new Counter({ name: "sluice_verify_repaired_total", help: "Differences repaired.", labelNames, registers });
  const rows = new Counter({ name: "sluice_verify_rows_total", help: "Rows and lookup entries compared.", labelNames, registers });
  const rounds = new Counter({
    name: "sluice_verify_rounds_total", help: "Rounds, by how they ended: equal, different, failed.", labelNames: ["result"] as const,
    registers,
  });
  const at = new Gauge({ name: "sluice_verify_last_round_timestamp_seconds", help: "When the last round ended.", registers });
  const took = new Gauge({ name: "sluice_verify_last_round_seconds", help: "How long it took.", registers });
  const equal = new Gauge({ name: "sluice_verify_last_round_equal", help: "1 when it found every store equal, else 0.", registers });
  // Before the first round the gauges have no values.
  for (const gauge of [at, took, equal]) gauge.remove();
  return ({ result, tookMs, report }) => {
    rounds.inc({ result });
    at.set(Date.now() / 1000);
    took.set(tookMs / 1000);
    equal.set(Number(result === "equal"));
    for (const { store, table, ...counted } of report?.tables ?? []) {
      differences.set({ store, table }, counted.differences);
      explained.set({ store, table }, counted.explained);
      repaired.inc({ store, table }, counted.repaired);
      rows.inc({ store, table }, counted.rows + counted.entries);
    }
  };
}
