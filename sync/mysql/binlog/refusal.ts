import { OtherHistory, PurgedPosition, ReaderAhead, SourceRefused, Superseded } from "./errors.js";

/** The connection broke or could not be made: worth another try. */
export class ConnectionLost extends Error {
  constructor(reason: string, cause?: unknown) {
    super(reason, { cause });
    this.name = "ConnectionLost";
  }
}

/** What a server's error means to the reader: try again, or give up with the reason and the remedy. */
export function classifyRefusal(error: unknown, serverId: number, requested = ""): unknown {
  if (error instanceof ReaderAhead || error instanceof OtherHistory) return error;
  const { errno, code = "", message = String(error) } = error as { errno?: number; code?: string; message?: string };
  switch (errno) {
    case 1236: return fatalRead(message, code, serverId, requested, error);
    case 1044: case 1045: case 1142: case 1227: case 1698: case 3118: case 3955:
      return new SourceRefused(code, `${message}. The account needs REPLICATION SLAVE and REPLICATION CLIENT.`, error);
    case 1381: return new SourceRefused(code, `${message}. Start the server with --log-bin.`, error);
    // Shutting down, killed, too many connections, interrupted, timed out: it may be better in a moment.
    case 1040: case 1053: case 1077: case 1079: case 1129: case 1159: case 1161: case 1203: case 1317: case 1927: case 3169: case 4031:
      return new ConnectionLost(message, error);
  }
  if (typeof errno === "number" && errno >= 1000 && errno < 10_000) return new SourceRefused(code, message, error);
  return error instanceof Error && error.name.startsWith("Abort") ? error : new ConnectionLost(message, error);
}

/** ER_SOURCE_FATAL_ERROR_READING_BINLOG is one number for many things; only the server's text tells them apart. */
function fatalRead(message: string, code: string, serverId: number, requested: string, cause: unknown): Error {
  if (/same server_(?:uuid|id)/i.test(message)) return new Superseded(serverId, cause);
  // Those of its own UUID it does miss.
  if (/more GTIDs than|position > file size/i.test(message)) return new ReaderAhead("", cause);
  if (/purged|Could not find first log file|could not find next log|not find GTID state|requested GTIDs? .*(?:not in the master|that are (?:missing|purged))/i.test(message))
    return new PurgedPosition(/sent by the (?:replica|slave) is '([^']*)'/.exec(message)?.[1] ?? requested, /missing transactions are '([^']*)'/.exec(message)?.[1] ?? "", cause);
  return new SourceRefused(code || "ER_SOURCE_FATAL_ERROR_READING_BINLOG", message, cause);
}
