import { collectDefaultMetrics, Registry } from "prom-client";
import { type Finding, formatFinding, inALine, PreflightFailed } from "../runtime/findings.js";
import { cannotListen } from "../runtime/http/listening.js";
import { type Operations, type OperationsServer, serveOperations } from "../runtime/http/operations.js";
import { type Log, openLog } from "../runtime/log.js";
import { mysqlPlace } from "../runtime/mysql/mysql.js";
import { stopped } from "../runtime/stop.js";
import { catalog as catalogWith, type Catalog } from "../schema/catalog.js";
import { ownCatalog } from "../schema/meaning/setting.js";
import { storeIdentity } from "../stores/open.js";
import { controlRoutes, type Controlled } from "./control/control.js";
import { announce, folderFindings, newToken } from "./control/running-process.js";
import { catalogOfFolder } from "./mysql/catalog.js";
import type { Asking } from "./mysql/preflight/at-start.js";
import { openMysqlSource } from "./mysql/source.js";
import { PipelinesFailed } from "./pipeline/failures.js";
import { PipelineGroup, keepRunning } from "./pipeline/keep-running.js";
import { runPipeline } from "./pipeline/pipeline.js";
import type { SyncConfig } from "./settings.js";
import { openSinks } from "./sinks/open-sinks.js";
import { ParkingLog } from "./sinks/parking-log.js";
import { wrapped } from "./sinks/wrapped.js";
import { pipelineMetrics } from "./state/metrics.js";
import { PauseSwitch } from "./state/pause-switch.js";
import { PipelineState } from "./state/state.js";
import { deadLettersText, statusOf } from "./state/status.js";
import { defaultLimits, type PipelineLimits } from "./writing/parts.js";

/** What is being written has this long to be settled, because a process manager waits ten seconds before it kills. */
const drainMs = 8_000;

/**
 * Keeps every configured store equal to the database until `asked` aborts, then drains and returns. There is one pipeline per store; one
 * that waits or cannot go on does not hold up the others. In `dataDir` the commands on this machine find how to steer it; without one it
 * cannot be steered. `started` is called with the URL of /health.
 * @throws PreflightFailed before anything is written, with everything found; PipelinesFailed at the end, or once none can go on
 */
export async function runSync(
  config: SyncConfig, asked: AbortSignal, dataDir?: string, started: (operationsUrl: string) => void = () => undefined,
): Promise<void> {
  const log = openLog("sync");
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const states: PipelineState[] = [];
  const metrics = pipelineMetrics(registry, states);
  const health = async () => {
    const pipelines = states.map((state) => statusOf(state));
    const attention = pipelines.flatMap(({ pipeline, deadLetters }) => (deadLetters ? [
      `${pipeline}: ${deadLettersText(deadLetters)}`,
    ] : []));
    return {
      ok: pipelines.length > 0 && pipelines.every(({ state }) => state === "snapshot" || state === "streaming"), attention, pipelines,
    };
  };
  const controlled: Controlled[] = [];
  const token = newToken();
  const taken = dataDir === undefined ? [] : await folderFindings(dataDir);
  await using server = await serve({ registry, health, local: { token, routes: controlRoutes(controlled) } }, config);
  const stop = AbortSignal.any([asked, server.failed]), cutoff = after(stop, drainMs);
  const away = (error: unknown) => log.warn(
    { source: mysqlPlace(config.mysql), error: inALine(error) }, "the source does not answer; trying again until it does",
  );
  const { catalog, findings } = await catalogAtStart(config, { away, signal: stop }, log);
  await using asking = openMysqlSource(config.mysql, catalog, "preflight", stop, { ...config, away });
  await using opened = await openSinks(
    config.stores, asking.preflight().then((found) => distinct([...taken, ...server.findings, ...findings, ...found])), stop,
  );
  if (opened.findings.length > 0) throw new PreflightFailed(opened.findings);
  states.push(...opened.sinks.map(({ name }) => new PipelineState(name, log)));
  controlled.push(...states.map((state) => ({ state, pauseSwitch: new PauseSwitch() })));
  await using _ = dataDir === undefined ? null : await announce(
    dataDir, { url: server.url, token, pid: process.pid },
  ).catch((error: unknown) => {
    log.warn(
      { dataDir, error: inALine(error) }, "the data folder cannot be written to, so pause, drain and resume will not find this process",
    );
    return null;
  });
  started(server.url);
  log.info({ operations: server.url, pipelines: states.map(({ name }) => name) }, "sync starts");

  const limits: PipelineLimits = {
    ...defaultLimits, rejections: { ...defaultLimits.rejections, rejections: config.maxRejections },
    stopWhenPurged: config.onPurged === "stop",
  };
  const group = new PipelineGroup(states.length);
  using parking = new ParkingLog(log);
  const failures = await Promise.all(opened.sinks.map((sink, i) => {
    const { state, pauseSwitch } = controlled[i]!;
    const patient = wrapped(sink, { metrics, parking, state, log, patience: { stop, cutoff } });
    return keepRunning(async () => {
      await using source = openMysqlSource(
        config.mysql, catalog, storeIdentity(config.stores[i]!.url), stop,
        { ...config, hasAnswered: true, unproven: (gtid) => log.warn({ pipeline: state.name, gtid }, unproven) },
      );
      await runPipeline({ source, sink: patient, catalog, limits, state, pauseSwitch, log }, stop, cutoff);
    }, controlled[i]!, group, log, stop);
  }));
  log.info({ pipelines: states.map((state) => statusOf(state)) }, "sync ended");
  server.failed.throwIfAborted();
  const failed = failures.filter((failure) => failure !== null);
  if (failed.length > 0) throw new PipelinesFailed(failed, states.length);
}

/** The catalog of the server as it is now, or why there is none; then nothing is written. */
async function catalogAtStart(
  { mysql, catalog: folder = ownCatalog }: SyncConfig, asking: Asking, log: Log,
): Promise<{ readonly catalog: Catalog; readonly findings: readonly Finding[] }> {
  try {
    const { catalog, refused } = await catalogOfFolder(mysql, folder, asking);
    for (const { where, problem, remedy } of refused) log.warn({ where, problem, remedy }, "this table is not followed; the others are");
    return { catalog, findings: [] };
  } catch (error) {
    if (!(error instanceof PreflightFailed)) throw error;
    return { catalog: catalogWith([]), findings: error.findings };
  }
}

/** What is found in two ways is said once. */
function distinct(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter((each, i) => findings.findIndex((other) => formatFinding(other) === formatFinding(each)) === i);
}

const unproven =
  "the binary log no longer has the last transaction this store was fed; MySQL says it committed it, but that it was the same one cannot "
    + "be proved";

/** Serves the operations. A port that is taken is one more finding. */
async function serve(
  operations: Operations, { syncHost, syncPort }: SyncConfig,
): Promise<OperationsServer & { readonly findings: readonly Finding[] }> {
  try {
    const server = await serveOperations(operations, syncHost, syncPort);
    return { ...server, findings: [] };
  } catch (error) {
    const finding = cannotListen({ service: "sync", setting: "SLUICE_SYNC_PORT", host: syncHost, port: syncPort }, error);
    return { url: "", failed: new AbortController().signal, findings: [finding], [Symbol.asyncDispose]: async () => undefined };
  }
}

/** Aborts `ms` after `first` does, and does not keep the process alive for that. */
function after(first: AbortSignal, ms: number): AbortSignal {
  const controller = new AbortController();
  void stopped(first).then(() => setTimeout(() => controller.abort(first.reason), ms).unref());
  return controller.signal;
}
