import { access, constants } from "node:fs/promises";
import type { RowDataPacket } from "mysql2/promise";
import { PreflightFailed } from "../runtime/findings.js";
import { connectMysql, mysqlOptions } from "../runtime/mysql/mysql.js";
import type { BinlogEvent, BinlogStart } from "../sync/mysql/binlog/event.js";
import { GtidSet } from "../sync/mysql/binlog/gtid.js";

export interface BinlogChoice {
  readonly mysql: URL | undefined;
  readonly file: string | undefined;
  readonly from: string | undefined;
  readonly follow: boolean;
}

/** Another id than any pipeline's, so that looking on disturbs none. */
const serverId = 0x7fff_fffe;
/** Without an event for this long, what the server had when asked has been read. */
const quietMs = 500;

/** The events of a file, or of a server up to now, or for as long as `follow` and the signal let it. @throws PreflightFailed */
export async function* binlogEvents(
  { mysql, file, from, follow }: BinlogChoice, signal: AbortSignal,
): AsyncGenerator<readonly BinlogEvent[]> {
  if (file !== undefined) {
    await access(file, constants.R_OK).catch((error: Error) => {
      throw new PreflightFailed([{ where: "--file", problem: error.message, remedy: "name a binary log file this process may read" }]);
    });
    const { readBinlogFile } = await import("../sync/mysql/binlog/file.js");
    return yield* readBinlogFile(file, { signal });
  }
  if (!mysql) {
    throw new PreflightFailed([{
      where: "binlog", problem: "there is neither a server nor a file to read", remedy: "give --mysql or --file, or run `sluice up` first",
    }]);
  }
  const start = from === undefined ? await firstOf(mysql) : startAt(from);
  const { readBinlog } = await import("../sync/mysql/binlog/reader.js");
  for await (const events of readBinlog({ connection: mysqlOptions(mysql), serverId, start, heartbeatMs: quietMs }, signal)) {
    const given = events.filter(({ type }) => type !== "heartbeat");
    if (given.length > 0) yield given;
    if (!follow && given.length < events.length) return;
  }
}

/** `binlog.000003:157` is a place; everything else is a GTID set. */
function startAt(text: string): BinlogStart {
  const place = /^(.+\.\d+):(\d+)$/.exec(text);
  if (place) return { file: place[1]!, offset: Number(place[2]) };
  try {
    // MariaDB's own look like 0-1-100.
    if (!/^\d+-\d+-\d+/.test(text)) GtidSet.parse(text);
    return { gtids: text };
  } catch (error) {
    throw new PreflightFailed([{
      where: "--from", problem: (error as Error).message,
      remedy: "write a GTID set as `sluice status` shows it, or file:offset, as binlog.000003:157",
    }]);
  }
}

async function firstOf(mysql: URL): Promise<BinlogStart> {
  await using connection = await connectMysql(mysql);
  const [[first]] = await connection.query<RowDataPacket[]>("SHOW BINARY LOGS");
  return { file: String(first?.Log_name), offset: 4 };
}
