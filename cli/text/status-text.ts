import type { StatusReport, StoreReport } from "../../operate/status.js";
import type { LogFacts } from "../../sync/mysql/preflight/log-facts.js";
import type { Copying } from "../../sync/state/state.js";
import { deadLettersText } from "../../sync/state/status.js";
import { counted, table } from "../output.js";

export function statusText({ absence, log, logError, pipelines }: StatusReport): string {
  const rows = pipelines.map(({ pipeline, state, lagMs, bytesBehind, rowsPerSecond, etaMs, deadLetters, copying }) => [
    pipeline,
    copying ? `${state}, ${copyingText(copying)}` : state === "stopped" && lagMs === null ? "stopped, not copied whole" : state,
    lagMs === null ? "-" : duration(lagMs),
    bytesBehind === null ? "-" : bytes(bytesBehind),
    rowsPerSecond === null ? "-" : `${rowsPerSecond}/s`,
    etaMs === null ? "-" : duration(etaMs),
    deadLetters === null ? "-" : String(deadLetters),
  ]);
  return [
    ...(absence === null ? [] : [`No sync runs here: ${absence}. What the stores hold:`]),
    table(["store", "state", "lag", "behind", "rows", "ETA", "dead letters"], rows),
    ...pipelines.flatMap(details),
    log ? logText(log) : `binary log: not asked (${logError})`,
  ].join("\n");
}

/** `copying sales_order, 45,000 of about 1,000,000 rows`. What is about is MySQL's own estimate. */
export function copyingText({ table: of, rows, rowsAbout }: Copying): string {
  return `copying ${of}, ${rows.toLocaleString("en")} of about ${rowsAbout.toLocaleString("en")} rows`;
}

function details({ pipeline, position, forecast, recopies, error, deadLetters }: StoreReport): string[] {
  return [
    ...(position ? [`${pipeline}: at ${position.gtids || `${position.file}:${position.offset}`}`] : []),
    ...(forecast ? [`${pipeline}: ${forecastText(forecast)}`] : []),
    ...(recopies ? [`${pipeline}: tables copied again ${counted(recopies, "time")} since sync started, for statements its log names`] : []),
    ...(error ? [`${pipeline}: ${error}`] : []),
    ...(deadLetters ? [`${pipeline}: ${deadLettersText(deadLetters)}`] : []),
  ];
}

function forecastText(forecast: NonNullable<StoreReport["forecast"]>): string {
  switch (forecast.kind) {
    case "gone":
      return `cannot resume: purged before it was read: ${forecast.missing}. Restore the files, else sync copies every table again when `
        + "it starts";
    case "another":
      return `cannot resume: MySQL's binary log is another than it was fed from: ${forecast.difference}. Name the server that has its `
        + "history, else sync copies every table again when it starts";
    case "ahead":
      return `cannot resume: it holds changes this server does not have: ${forecast.beyond}. Name the server that has them, else sync `
        + "copies every table again when it starts";
    case "possible":
      if (forecast.forMs === null) return "resume possible";
      return forecast.forMs > 0
        ? `resume possible for ${duration(forecast.forMs)} more at least`
        : "resume possible, but the server may purge the log at any moment: start sync";
  }
  forecast satisfies never;
}

function logText({ keptMs, oldestAt, files }: LogFacts): string {
  const kept = keptMs === null ? "until it is purged by hand" : `for ${duration(keptMs)} (binlog_expire_logs_seconds)`;
  const oldest = oldestAt === null ? "no transaction in its oldest file" : `oldest transaction of ${new Date(oldestAt).toISOString()}`;
  const size = bytes(files.reduce((sum, file) => sum + file.bytes, 0));
  return `binary log: kept ${kept}, ${oldest}, ${counted(files.length, "file")}, ${size}`;
}

/** Two units at most: `2 d 3 h`, `14 min`, `0.4 s`. */
export function duration(ms: number): string {
  const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
  if (ms < minute) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < hour) return `${Math.floor(ms / minute)} min`;
  if (ms < day) return `${Math.floor(ms / hour)} h ${Math.floor((ms % hour) / minute)} min`;
  return `${Math.floor(ms / day)} d ${Math.floor((ms % day) / hour)} h`;
}

function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3));
  return power === 0 ? `${count} B` : `${(count / 1000 ** power).toFixed(1)} ${units[power]}`;
}
