import type { RowDataPacket } from "mysql2";
import type { Connection } from "mysql2/promise";
import { nextVersion, type Position } from "../../../schema/position.js";
import type { ServerPlace } from "../../source.js";
import { logStatusStatement } from "../binlog/wire/request.js";

/** What the server calls itself, as far as Sluice needs it. */
export interface Server {
  readonly version: string;
  readonly mariadb: boolean;
  /** The release as a number that compares: 8.0.36 is 80036. */
  readonly release: number;
}

export async function serverOf(connection: Connection): Promise<Server> {
  const [[row]] = await connection.query<RowDataPacket[]>("SELECT @@version AS version, @@version_comment AS comment");
  const version = String(row!.version);
  const [major = 0, minor = 0, patch = 0] = version.split(/[^0-9]+/).map(Number);
  return { version, mariadb: /mariadb/i.test(`${version} ${row!.comment}`), release: major * 10_000 + minor * 100 + patch };
}

/** Where the server's binary log ends; `status` is empty when the server keeps no log. */
export async function logStatus(connection: Connection, server: Server): Promise<RowDataPacket | undefined> {
  const [[status]] = await connection.query<RowDataPacket[]>(logStatusStatement(server.version));
  return status;
}

/** Which server's log ends where. Null without GTIDs: then nothing tells how much of the log is visible to readers. */
export async function endOf(connection: Connection): Promise<ServerPlace | null> {
  const [[server]] = await connection.query<RowDataPacket[]>("SELECT @@version AS version, @@server_uuid AS uuid, @@gtid_mode AS mode");
  if (server!.mode !== "ON") return null;
  const [[status]] = await connection.query<RowDataPacket[]>(logStatusStatement(String(server!.version)));
  return { server: String(server!.uuid), file: String(status!.File), offset: Number(status!.Position) };
}

/**
 * The server's head. One statement reads file, offset and executed GTIDs together.
 * A GTID is in the set only when its transaction is visible to readers, so a snapshot begun after this has everything the set names.
 */
export async function headOf(connection: Connection, server: Server): Promise<Position> {
  const status = await logStatus(connection, server);
  if (!status) throw new Error("the server keeps no binary log; start it with --log-bin");
  const [[now]] = await connection.query<RowDataPacket[]>(
    "SELECT CAST(UNIX_TIMESTAMP(SYSDATE(6)) * 1000000 AS UNSIGNED) AS micros, @@server_uuid AS uuid, @@gtid_mode AS mode",
  );
  return {
    gtids: String(status.Executed_Gtid_Set ?? "").replace(/\s+/g, ""),
    file: String(status.File),
    offset: Number(status.Position),
    ...(now!.mode !== "ON" && { gtids: "", server: String(now!.uuid) }),
    version: nextVersion(0, Number(now!.micros)),
  };
}
