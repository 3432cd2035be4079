import type { Log } from "../../runtime/log.js";
import { backoff } from "../../runtime/wait.js";
import type { Controlled } from "../control/control.js";
import { type Failure, isFinal } from "./failures.js";

/** The pipelines of a process, some of which may be down. */
export class PipelineGroup {
  readonly #gone = new AbortController();
  #up: number;

  constructor(pipelines: number) {
    this.#up = pipelines;
  }

  /** Aborts when no pipeline is up any more. Then the process ends, and its process manager decides what follows. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  down(): void {
    if (--this.#up === 0) this.#gone.abort();
  }

  up(): void {
    this.#up++;
  }
}

const [firstMs, mostMs] = [1_000, 60_000];

/**
 * Runs a pipeline until it is stopped, or no pipeline of the process is up any more.
 * A pipeline that broke off for an unforeseen reason begins again after a while, as a process manager would restart a process. The process
 * itself cannot end for it while another pipeline is up.
 * A pipeline that waits for a person begins again when that person says so.
 */
export async function keepRunning(
  run: () => Promise<void>, { state, pauseSwitch }: Controlled, group: PipelineGroup, log: Log, stop: AbortSignal,
): Promise<Failure | null> {
  for (let attempt = 0; ; attempt++) {
    const began = performance.now();
    try {
      await run();
      return null;
    } catch (error) {
      group.down();
      const ending = AbortSignal.any([stop, group.gone]);
      if (performance.now() - began > mostMs) attempt = 0;
      const about = { pipeline: state.name, error: (error as Error).message };
      const againInMs = isFinal(error) ? null : Math.round(backoff(attempt, firstMs, mostMs));
      if (ending.aborted) log.error(about, "the pipeline cannot go on");
      else if (againInMs === null) log.error(
        about, `the pipeline cannot go on before a person has acted; then: sluice resume ${state.name}`,
      );
      else log.error({ ...about, stack: (error as Error).stack, againInMs }, "the pipeline broke off; it begins again");
      await pauseSwitch.askedToRun(ending, againInMs);
      if (ending.aborted) return { pipeline: state.name, error };
      group.up();
      state.apply({ kind: "begins again" });
    }
  }
}
