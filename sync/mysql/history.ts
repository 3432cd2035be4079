import type { RowDataPacket } from "mysql2";
import type { Connection } from "mysql2/promise";
import { mysqlOptions, serverUrl } from "../../runtime/mysql/mysql.js";
import type { Position } from "../../schema/position.js";
import { GtidSet } from "./binlog/gtid.js";
import { begunAt, committedIn } from "./binlog/history.js";
import { headOf, serverOf } from "./connection/server.js";

/** Reads the server's head, with what proves later that a log is the one of this head. */
export async function headWithProof(connection: Connection, url: URL, signal: AbortSignal): Promise<Position> {
  const head = await headOf(connection, await serverOf(connection));
  const options = mysqlOptions(serverUrl(url));
  if (head.server) {
    const begun = await begunAt(options, head.file, signal);
    return { ...head, ...(begun !== null && { begun }) };
  }
  const gtid = await lastOf(connection, head.gtids);
  const committedAt = gtid && await committedIn(options, head.gtids, gtid, signal);
  return { ...head, ...(gtid && committedAt && { last: { gtid, committedAt } }) };
}

/**
 * The last transaction that the log still has and that the server itself made; else the last of another server.
 * The server's own is the better proof: after a reset, new transactions bear the same numbers.
 */
async function lastOf(connection: Connection, gtids: string): Promise<string | null> {
  const [[row]] = await connection.query<RowDataPacket[]>("SELECT @@GLOBAL.gtid_purged AS purged, @@server_uuid AS uuid");
  const lasts = GtidSet.parse(gtids).subtract(GtidSet.parse(String(row!.purged))).lasts();
  return lasts.find((gtid) => gtid.startsWith(`${String(row!.uuid)}:`)) ?? lasts.at(-1) ?? null;
}
