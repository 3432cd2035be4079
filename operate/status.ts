import { setTimeout as sleep } from "node:timers/promises";
import { inALine } from "../runtime/findings.js";
import type { NamedStore } from "../stores/named.js";
import { absence as absenceOf } from "../sync/control/running-process.js";
import { bytesBehind, type Forecast, type LogFacts, logFacts, provenForecastOf } from "../sync/mysql/preflight/log-facts.js";
import { type PipelineStatus, storedStatus } from "../sync/state/status.js";
import { runningSync } from "./running-sync.js";
import { withStores } from "./stores.js";

export interface StatusReport {
  /** Whether a sync of this machine and data folder answers; else the report says what the stores hold. */
  readonly running: boolean;
  /** Why no sync answers; null when a sync does. */
  readonly absence: string | null;
  /** Null when MySQL was not named or could not be asked; then the reason. */
  readonly log: LogFacts | null;
  readonly logError: string | null;
  readonly pipelines: readonly StoreReport[];
}

export interface StoreReport extends PipelineStatus {
  /** Bytes of the binary log after the position. */
  readonly bytesBehind: number | null;
  readonly rowsPerSecond: number | null;
  /** Until all tables are copied, or nothing is behind, at the pace of the last second; null when it does not come closer. */
  readonly etaMs: number | null;
  readonly forecast: Forecast | null;
}

export interface StatusOptions {
  readonly mysql: URL | undefined;
  readonly stores: readonly NamedStore[];
  readonly dataDir: string;
}

/** How far each store is, as the running sync says, or as the stores themselves say where no sync answers. */
export async function statusOf({ mysql, stores, dataDir }: StatusOptions): Promise<StatusReport> {
  const sync = await runningSync(dataDir);
  // A running sync also knows the stores that do not answer.
  if (sync) return reportOf(sync.status, null, mysql);
  const why = await absenceOf(dataDir);
  return withStores(stores, (open) => reportOf(() => storedStatus(open), why, mysql));
}

/** Whether an operator has nothing to do: sync runs, no pipeline has an error or dead letters, and each could resume from the log. */
export function isWell({ running, log, pipelines }: StatusReport, { mysql }: Pick<StatusOptions, "mysql">): boolean {
  return running && (mysql === undefined || log !== null) && pipelines.every(({ error, forecast, deadLetters }) =>
    error === null && deadLetters === 0 && (forecast === null || forecast.kind === "possible"));
}

/** Rates come from two readings this far apart. */
const betweenMs = 1_000;

/** `ask` asks the running sync, or the stores where `absence` says why none answers. Only a running sync is read twice: only it moves. */
async function reportOf(
  ask: () => Promise<readonly PipelineStatus[]>, absence: string | null, mysql: URL | undefined,
): Promise<StatusReport> {
  const running = absence === null;
  const first = await read(ask, mysql);
  if (running) await sleep(betweenMs);
  const last = running ? await read(ask, mysql) : first;
  return {
    running,
    absence,
    log: last.log,
    logError: last.logError,
    pipelines: await Promise.all(last.statuses.map((status) => storeReportOf(
      status, last, first.statuses.find(({ pipeline }) => pipeline === status.pipeline)!, first, running, mysql,
    ))),
  };
}

interface Reading {
  readonly at: number;
  readonly statuses: readonly PipelineStatus[];
  readonly log: LogFacts | null;
  readonly logError: string | null;
}

async function read(ask: () => Promise<readonly PipelineStatus[]>, mysql: URL | undefined): Promise<Reading> {
  // The stores come first: the server then has everything that a store holds.
  const statuses = await ask();
  const facts = mysql ? await logFacts(mysql).then(
    (log) => ({ log, logError: null }), (error: unknown) => ({ log: null, logError: inALine(error) }),
  ) : { log: null, logError: "no --mysql" };
  return { at: Date.now(), statuses, ...facts };
}

async function storeReportOf(
  now: PipelineStatus, { at, log }: Reading, before: PipelineStatus, earlier: Reading, running: boolean, mysql: URL | undefined,
): Promise<StoreReport> {
  const behind = (
    status: PipelineStatus, facts: LogFacts | null,
  ) => (status.position && facts ? bytesBehind(status.position, facts) : null);
  const [bytes, bytesBefore] = [behind(now, log), behind(before, earlier.log)];
  const seconds = (at - earlier.at) / 1000;
  const closing = bytes !== null && bytesBefore !== null && seconds > 0 ? (bytesBefore - bytes) / seconds : 0;
  const currentAt = now.lagMs === null ? (now.position ? now.position.version / 1000 : 0) : at - now.lagMs;
  const rowsPerSecond = now.rows !== null && before.rows !== null && seconds > 0 ? Math.round((now.rows - before.rows) / seconds) : null;
  const [left, pace] = now.copying ? [now.copying.rowsLeft, rowsPerSecond ?? 0] : [bytes, closing];
  return {
    ...now,
    bytesBehind: bytes,
    rowsPerSecond,
    etaMs: left && pace > 0 ? Math.round((left / pace) * 1000) : null,
    forecast: now.position && log && mysql ? await provenForecastOf(mysql, now.position, currentAt, log, running, at) : null,
  };
}
