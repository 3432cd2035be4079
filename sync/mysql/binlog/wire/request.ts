import type { BinlogStart } from "../event.js";
import { GtidSet } from "../gtid.js";

export interface DumpCommand {
  readonly statements: readonly string[];
  /**
   * The GTID set that the source must have executed: where the reader goes on, and what else it knows.
   * Empty if the source cannot answer that.
   */
  readonly executed: string;
  readonly command: Buffer;
}

/** Says how to prepare a session and ask for the dump: MySQL by GTID set, MariaDB by its own, both by file and offset. */
export function dumpRequest(start: BinlogStart, serverId: number, heartbeatMs: number, known = ""): (version: string) => DumpCommand {
  // The source ends an older dump of the same replica's UUID: this reader's own after a reconnect, or a second reader started by mistake.
  const uuid = `736c7569-6365-4000-8000-${serverId.toString(16).padStart(12, "0")}`;
  return (version) => {
    const mariadb = version.includes("MariaDB");
    const statements = [mariadb ? mariadbSession(heartbeatMs) : mysqlSession(heartbeatMs, uuid)];
    if (mariadb && "gtids" in start)
      statements.push(
        `SET @slave_connect_state='${start.gtids.replace(/[^0-9,-]/g, "")}', @slave_gtid_strict_mode=0, @slave_gtid_ignore_duplicates=0`,
      );
    const flags = mariadb ? SEND_ANNOTATE : 0;
    if (!("gtids" in start)) return { statements, executed: "", command: dumpCommand(serverId, flags, start.file, start.offset) };
    if (mariadb) return { statements, executed: "", command: dumpCommand(serverId, flags, "", 4) };
    const set = GtidSet.parse(start.gtids);
    return { statements, executed: set.union(GtidSet.parse(known)).toString(), command: dumpGtidCommand(serverId, set) };
  };
}

/** The statement for file and position where the log ends. MySQL 8.2 gave it its new name, and 8.4 removed the old one. */
export function logStatusStatement(version: string): string {
  return isSince(version, 80_200) ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS";
}

/** The statement for what the server replicates from others, one row a channel. */
export function replicaStatusStatement(version: string): string {
  return isSince(version, 80_022) ? "SHOW REPLICA STATUS" : "SHOW SLAVE STATUS";
}

function isSince(version: string, release: number): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(/[^0-9]+/).map(Number);
  return !version.includes("MariaDB") && major * 10_000 + minor * 100 + patch >= release;
}

/**
 * The session's settings. The reader can check CRC32.
 * A slow consumer must not be cut off after net_write_timeout's 60 seconds, nor a question by a
 * limit that the server sets for every session.
 */
function mysqlSession(heartbeatMs: number, uuid: string): string {
  return `SET @source_binlog_checksum=@@GLOBAL.binlog_checksum, @master_binlog_checksum=@@GLOBAL.binlog_checksum, `
    + `@source_heartbeat_period=${heartbeatMs * 1e6}, @master_heartbeat_period=${heartbeatMs * 1e6}, `
    + `@replica_uuid='${uuid}', @slave_uuid='${uuid}', SESSION net_write_timeout=3600, max_execution_time=0, autocommit=1`;
}

/** Capability 4: MARIA_SLAVE_CAPABILITY_GTID, events of MariaDB's own included. */
function mariadbSession(heartbeatMs: number): string {
  return `SET @master_binlog_checksum=@@GLOBAL.binlog_checksum, @master_heartbeat_period=${heartbeatMs * 1e6}, `
    + "@mariadb_slave_capability=4, SESSION net_write_timeout=3600";
}

/** MariaDB's BINLOG_SEND_ANNOTATE_ROWS_EVENT. */
const SEND_ANNOTATE = 2;

/** COM_BINLOG_DUMP. */
function dumpCommand(serverId: number, flags: number, file: string, offset: number): Buffer {
  const payload = Buffer.alloc(11);
  payload[0] = 0x12;
  payload.writeUInt32LE(offset, 1);
  payload.writeUInt16LE(flags, 5);
  payload.writeUInt32LE(serverId, 7);
  return Buffer.concat([payload, Buffer.from(file)]);
}

/** COM_BINLOG_DUMP_GTID; the server ignores the place in it. */
const BINLOG_THROUGH_GTID = 4;

function dumpGtidCommand(serverId: number, set: GtidSet): Buffer {
  const gtids = set.encode();
  const payload = Buffer.alloc(23);
  payload[0] = 0x1e;
  payload.writeUInt16LE(BINLOG_THROUGH_GTID, 1);
  payload.writeUInt32LE(serverId, 3);
  payload.writeUInt32LE(0, 7);
  payload.writeBigUInt64LE(4n, 11);
  payload.writeUInt32LE(gtids.length, 19);
  return Buffer.concat([payload, gtids]);
}
