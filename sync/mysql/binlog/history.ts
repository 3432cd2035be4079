import { randomInt } from "node:crypto";
import type { ConnectionOptions } from "mysql2";
import { OtherHistory, PurgedPosition } from "./errors.js";
import type { BinlogEvent, BinlogStart } from "./event.js";
import { GtidSet } from "./gtid.js";
import { type LogHistory, readBinlog } from "./reader.js";
import type { Known } from "./reading-place.js";

/**
 * Proves that a log is the one that was read before. A log that was reset or restored soon has the
 * same GTIDs and the same names of files again.
 * So the reader compares what only the one log can hold: when the last transaction was committed, in microseconds. Without GTIDs it is when
 * the file was begun, in seconds.
 * `unproven` is called, once for each, with a last transaction that was purged: then nothing can be proved.
 */
export function logHistory(connection: ConnectionOptions, unproven: (gtid: string) => void): LogHistory {
  let reportedOf = "";
  return {
    async prove(after, signal) {
      if ("gtids" in after) {
        const { gtids, last } = after;
        if (!last) return;
        const committedAt = await committedIn(connection, gtids, last.gtid, signal);
        if (committedAt === null && reportedOf !== last.gtid) unproven(reportedOf = last.gtid);
        if (committedAt !== null && committedAt !== last.committedAt) {
          throw new OtherHistory(
            `its transaction ${last.gtid} was committed at ${time(committedAt)}, the one that was read at ${time(last.committedAt)}`,
          );
        }
      } else if (after.begun !== undefined) {
        const begun = await begunAt(connection, after.file, signal);
        if (begun !== null && begun !== after.begun) {
          throw new OtherHistory(
            `its file ${after.file} was begun at ${time(begun * 1_000_000)}, the one that was read at ${time(after.begun * 1_000_000)}`,
          );
        }
      }
    },
    has: async (file, begun, signal) => (await begunAt(connection, file, signal)) === begun,
  };
}

/**
 * When the transaction, one of the set, was committed first, in microseconds since 1970; null when the log no longer has it.
 * @throws ReaderAhead when the source lacks any transaction of the set
 */
export async function committedIn(connection: ConnectionOptions, gtids: string, gtid: string, signal: AbortSignal): Promise<number | null> {
  const others = GtidSet.parse(gtids).subtract(GtidSet.parse(gtid));
  const committed = (event: BinlogEvent) => (event.type === "gtid" && event.gtid === gtid ? event.originalCommitTimestamp : null);
  return first(connection, { gtids: others.toString() }, committed, signal, { gtids });
}

/** When the source began the file, in seconds since 1970; null when it has no file of that name. */
export async function begunAt(connection: ConnectionOptions, file: string, signal: AbortSignal): Promise<number | null> {
  return first(connection, { file, offset: 4 }, (event) => (event.type === "format" ? event.begun : null), signal);
}

/** The value of the first event that has one, up to where the log ends now. Null, too, when the log no longer reaches back to the start. */
export async function first<T>(
  connection: ConnectionOptions, start: BinlogStart, of: (event: BinlogEvent) => T | null, signal: AbortSignal, known?: Known,
): Promise<T | null> {
  const enough = new AbortController();
  // Any id that no server has will do, because the reading takes only a moment.
  const options = {
    connection, serverId: 0x4000_0000 + randomInt(0x1000_0000), start, heartbeatMs: 500, tables: () => false, ...(known && { known }),
  };
  try {
    for await (const events of readBinlog(options, AbortSignal.any([signal, enough.signal]))) {
      for (const event of events) {
        const found = of(event);
        if (found !== null) return found;
        if (event.type === "heartbeat") return null;
      }
    }
    signal.throwIfAborted();
    return null;
  } catch (error) {
    if (error instanceof PurgedPosition) return null;
    throw error;
  } finally {
    enough.abort();
  }
}

function time(micros: number): string {
  return `${new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19)}.${String(micros % 1_000_000).padStart(6, "0")}Z`;
}
