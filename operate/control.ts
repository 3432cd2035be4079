import { PreflightFailed } from "../runtime/findings.js";
import type { PipelineStatus } from "../sync/state/status.js";
import { requireSync } from "./running-sync.js";

export type ControlCommand = "pause" | "drain" | "resume";

/** What a pipeline was asked, as it was seen last. */
export interface Controlled extends PipelineStatus {
  /** False while the pipeline still settles what is being written, or when it has failed again. */
  readonly done: boolean;
}

/** Has pipelines of the running sync pause, drain or resume; no names mean all. @throws PreflightFailed when sync or one is missing */
export async function control(dataDir: string, command: ControlCommand, pipelines: readonly string[]): Promise<readonly Controlled[]> {
  const sync = await requireSync(dataDir);
  const names = (await sync.status()).map(({ pipeline }) => pipeline);
  const unknown = pipelines.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new PreflightFailed(
      unknown.map((name) => ({ where: command, problem: `no pipeline is named "${name}"`, remedy: `name one of ${names.join(", ")}` })),
    );
  }
  const asked = await Promise.all((pipelines.length > 0 ? pipelines : names).map((pipeline) => sync.ask(pipeline, command)));
  return asked.map(({ done, status }) => ({ done, ...status }));
}
