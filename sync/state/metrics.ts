import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { PipelineState } from "./state.js";
import { statusOf } from "./status.js";

/** What is measured of the pipelines; the label `pipeline` has its name. */
export interface PipelineMetrics {
  readonly rows: Counter<"pipeline" | "op">;
  readonly rejections: Counter<"pipeline">;
  readonly batchRows: Histogram<"pipeline">;
  readonly writeSeconds: Histogram<"pipeline">;
  readonly retries: Counter<"pipeline">;
}

export function pipelineMetrics(registry: Registry, states: readonly PipelineState[]): PipelineMetrics {
  const registers = [registry];
  const labelNames = ["pipeline"] as const;
  const gauge = (name: string, help: string, valueOf: (state: PipelineState) => number | null) => new Gauge({
    name, help, labelNames, registers,
    collect() {
      for (const state of states) {
        const value = valueOf(state);
        if (value !== null) this.set({ pipeline: state.name }, value);
      }
    },
  });
  gauge("sluice_sync_lag_seconds", "How old what readers see of a store may be.", (state) => {
    const { lagMs } = statusOf(state);
    return lagMs === null ? null : lagMs / 1000;
  });
  gauge("sluice_sync_up", "1 while the pipeline copies or streams and its store answers.", (state) =>
    Number(["snapshot", "streaming"].includes(statusOf(state).state)));
  gauge(
    "sluice_sync_failed", "1 once the pipeline cannot go on before a person has acted.", (state) => Number(state.now.phase === "failed"),
  );
  gauge(
    "sluice_sync_copy_rows_left", "About how many rows are left of the tables being copied.", (state) => state.now.copying?.rowsLeft ?? 0,
  );
  gauge("sluice_sync_dead_letters", "Rows the store could not hold, waiting for a person.", (state) => state.now.deadLetters);
  new Counter({
    name: "sluice_sync_recopies_total", help: "Times tables had to be copied again, for statements the log does not tell the rows of.",
    labelNames, registers,
    collect() {
      this.reset();
      for (const { name, now: { recopies } } of states) this.inc({ pipeline: name }, recopies);
    },
  });
  return {
    rows: new Counter({
      name: "sluice_sync_rows_total", help: "Row changes stored, by kind.", labelNames: ["pipeline", "op"] as const, registers,
    }),
    rejections: new Counter({ name: "sluice_sync_rejections_total", help: "Row changes refused or unheld.", labelNames, registers }),
    batchRows: new Histogram({
      name: "sluice_sync_batch_rows", help: "Rows written together.", labelNames, registers, buckets: [1, 4, 16, 64, 256, 1024, 4096],
    }),
    writeSeconds: new Histogram({
      name: "sluice_sync_write_seconds", help: "Time a write took, retries aside.", labelNames, registers,
      buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    }),
    retries: new Counter({
      name: "sluice_sync_retries_total", help: "Calls repeated because the store did not answer.", labelNames, registers,
    }),
  };
}
