import type { RowDataPacket } from "mysql2";
import { connectMysql, mysqlOptions, serverUrl } from "../../../runtime/mysql/mysql.js";
import type { Position } from "../../../schema/position.js";
import { OtherHistory } from "../binlog/errors.js";
import type { BinlogStart } from "../binlog/event.js";
import { GtidSet } from "../binlog/gtid.js";
import { first, logHistory } from "../binlog/history.js";

/** What the server still has of its binary log, and for how long. */
export interface LogFacts {
  /** `binlog_expire_logs_seconds`: a file may go this long after its last transaction. Null when the server purges no files by itself. */
  readonly keptMs: number | null;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  /** When the oldest transaction still there was committed, in milliseconds since the epoch; null when there is none. */
  readonly oldestAt: number | null;
  /** GTIDs that are no longer in any file; empty without GTIDs. */
  readonly purged: string;
  /** All GTIDs that were committed here; empty without GTIDs. */
  readonly executed: string;
}

/** A proof may have to read a log file from its beginning, which takes time. */
const proofMs = 30_000;

/** @throws PreflightFailed when the server cannot be asked */
export async function logFacts(url: URL): Promise<LogFacts> {
  await using connection = await connectMysql(serverUrl(url));
  const [settings] = await connection.query<RowDataPacket[]>(
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('binlog_expire_logs_seconds', 'binlog_expire_logs_auto_purge', 'gtid_purged', "
      + "'gtid_executed')",
  );
  const value = new Map(settings.map((row) => [String(row.Variable_name), String(row.Value)]));
  const [files] = await connection.query<RowDataPacket[]>("SHOW BINARY LOGS");
  const seconds = value.get("binlog_expire_logs_auto_purge") === "OFF" ? 0 : Number(value.get("binlog_expire_logs_seconds") ?? 0);
  /** Each set is asked for by itself: in a list of variables the server cuts each value off at 1,024 characters. */
  const gtids = async (name: "gtid_purged" | "gtid_executed") => {
    if (!value.has(name)) return "";
    const [[row]] = await connection.query<RowDataPacket[]>(`SELECT @@GLOBAL.${name} AS gtids`);
    return String(row!.gtids).replace(/\s+/g, "");
  };
  return {
    keptMs: seconds === 0 ? null : seconds * 1000,
    files: files.map((row) => ({ name: String(row.Log_name), bytes: Number(row.File_size) })),
    oldestAt: files[0] ? await firstCommitIn(url, String(files[0].Log_name)) : null,
    purged: await gtids("gtid_purged"),
    executed: await gtids("gtid_executed"),
  };
}

/** How many bytes of the log come after the position. Null when the server has no such file, as after a failover. */
export function bytesBehind({ file, offset }: Position, { files }: LogFacts): number | null {
  const at = files.findIndex(({ name }) => name === file);
  return at < 0 ? null : Math.max(0, files.slice(at).reduce((sum, { bytes }) => sum + bytes, -offset));
}

/** Whether a store could go on from its position. */
export type Forecast =
  | { readonly kind: "gone"; /** The transactions it still needs, or the file. */ readonly missing: string }
  /** The store holds transactions that the server does not have: this server was restored, reset, or is another. */
  | { readonly kind: "ahead"; readonly beyond: string }
  /** The server's log has the same numbers and is another: it was reset, or restored, and has committed as many transactions again. */
  | { readonly kind: "another"; readonly difference: string }
  /**
   * The log after the position is kept for at least `forMs`. Null: the server never purges it; 0: the server may purge it at any moment.
   */
  | { readonly kind: "possible"; readonly forMs: number | null };

/**
 * Says whether a store can go on from its position. `currentAt`: when the store held everything committed.
 * `reads`: sync is reading on from this position. Then sync receives a transaction before others can see it, and it asks the server itself.
 * The file with the next transaction is younger than `currentAt`, so it is kept at least from then on.
 */
export function forecastOf(
  position: Position, currentAt: number, { keptMs, files, purged, executed }: LogFacts, reads: boolean, now = Date.now(),
): Forecast {
  const missing = position.gtids
    ? GtidSet.parse(purged).subtract(GtidSet.parse(position.gtids)).toString()
    : files.some(({ name }) => name === position.file) ? "" : `from ${position.file}:${position.offset}`;
  if (missing) return { kind: "gone", missing };
  const beyond = reads ? "" : GtidSet.parse(position.gtids).subtract(GtidSet.parse(executed)).toString();
  if (beyond) return { kind: "ahead", beyond };
  return { kind: "possible", forMs: keptMs === null ? null : Math.max(0, keptMs - (now - currentAt)) };
}

/** Does the same, and reads the last transaction of the position again, unless sync does that when it reads on. */
export async function provenForecastOf(
  url: URL, position: Position, currentAt: number, facts: LogFacts, reads: boolean, now = Date.now(),
): Promise<Forecast> {
  const forecast = forecastOf(position, currentAt, facts, reads, now);
  if (forecast.kind !== "possible" || reads) return forecast;
  try {
    await logHistory(mysqlOptions(url), () => undefined).prove(startOf(position), AbortSignal.timeout(proofMs));
    return forecast;
  } catch (error) {
    if (error instanceof OtherHistory) return { kind: "another", difference: error.difference };
    throw error;
  }
}

/** Where the reader goes on after a position. */
export function startOf({ gtids, last, file, offset, begun }: Position): BinlogStart {
  return gtids ? { gtids, ...(last && { last }) } : { file, offset, ...(begun !== undefined && { begun }) };
}

function firstCommitIn(url: URL, file: string): Promise<number | null> {
  return first(mysqlOptions(url), { file, offset: 4 }, (event) => {
    if (event.type === "gtid" && event.immediateCommitTimestamp > 0) return Math.floor(event.immediateCommitTimestamp / 1000);
    return event.type === "commit" ? event.timestamp * 1000 : null;
  }, AbortSignal.timeout(proofMs));
}
