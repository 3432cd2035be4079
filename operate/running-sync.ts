import { PreflightFailed } from "../runtime/findings.js";
import { absence, readRunningProcess } from "../sync/control/running-process.js";
import type { PipelineStatus } from "../sync/state/status.js";

/** The sync process of this machine and data folder. */
export interface RunningSync {
  readonly status: () => Promise<readonly PipelineStatus[]>;
  /**
   * `done` is false while the pipeline still settles what is being written, or when it has failed again.
   * @throws Error when there is no such pipeline
   */
  ask(pipeline: string, what: string): Promise<{ readonly done: boolean; readonly status: PipelineStatus }>;
}

const answersWithinMs = 15_000;

/** The sync that answers at the address in the data folder; null when none does. */
export async function runningSync(dataDir: string): Promise<RunningSync | null> {
  const announced = await readRunningProcess(dataDir);
  if (!announced) return null;
  const { url, token } = announced;
  const call = (method: string, path: string) =>
    fetch(`${url}${path}`, { method, headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(answersWithinMs) });
  const running: RunningSync = {
    async status() {
      const response = await call("GET", "/status");
      return ((await response.json()) as { pipelines: PipelineStatus[] }).pipelines;
    },
    async ask(pipeline, what) {
      const response = await call("POST", `/pipelines/${encodeURIComponent(pipeline)}/${what}`);
      const body = (await response.json()) as PipelineStatus & { readonly error?: string };
      if (!response.ok) throw new Error(`sync at ${url}: ${body.error}`);
      return { done: response.status === 200, status: body };
    },
  };
  // A killed process leaves its file behind; its port may be free or belong to another process.
  const answers = await running.status().then(Array.isArray, () => false);
  return answers ? running : null;
}

/** @throws PreflightFailed when none answers */
export async function requireSync(dataDir: string): Promise<RunningSync> {
  const running = await runningSync(dataDir);
  if (running) return running;
  throw new PreflightFailed([{
    where: `sync, by ${dataDir}/sync.json`, problem: `no running sync answers: ${await absence(dataDir)}`,
    remedy: "start it with `sluice sync`, or name its data folder with --data-dir",
  }]);
}
