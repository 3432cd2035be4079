import { AccessDenied, OtherHistory, PurgedPosition, ReaderAhead, SourceRefused, Superseded } from "../errors.js";
import { deniedBy, passes } from "./passing.js";

/** The connection broke or could not be made: worth another try. */
export class ConnectionLost extends Error {
  constructor(reason: string, cause?: unknown) {
    super(reason, { cause });
    this.name = "ConnectionLost";
  }
}

/**
 * Says what a server's error means to the reader: try again, or give up with the reason and the remedy.
 * `isIn`: the server had let the reader in before. For the lack of a privilege it then uses the same words as for a wrong password.
 */
export function classifyRefusal(error: unknown, serverId: number, isIn = false, requested = ""): unknown {
  if (error instanceof ReaderAhead || error instanceof OtherHistory) return error;
  const { errno, code = "", message = String(error) } = error as { errno?: number; code?: string; message?: string };
  switch (errno) {
    case 1236: return fatalRead(message, code, serverId, requested, error);
    case 1381: return new SourceRefused(code, `${message}. Start the server with --log-bin.`, error);
  }
  if (passes(errno ?? 0)) return new ConnectionLost(message, error);
  const lacks = deniedBy(errno ?? 0);
  if (lacks === "entry" && !isIn) return new AccessDenied(
    message, "read with a user and a password that it accepts; where the password was changed meanwhile, start again with the new one",
    error,
  );
  if (lacks !== null) return new AccessDenied(
    message, "as an administrator, grant the user REPLICATION SLAVE and REPLICATION CLIENT", error,
  );
  if (typeof errno === "number" && errno >= 1000 && errno < 10_000) return new SourceRefused(code, message, error);
  return error instanceof Error && error.name.startsWith("Abort") ? error : new ConnectionLost(message, error);
}

/** ER_SOURCE_FATAL_ERROR_READING_BINLOG is one number for many things; only the server's text tells them apart. */
function fatalRead(message: string, code: string, serverId: number, requested: string, cause: unknown): Error {
  if (/same server_(?:uuid|id)/i.test(message)) return new Superseded(serverId, cause);
  // Transactions with the server's own UUID are the exception: the server does report those as missing.
  if (/more GTIDs than|position > file size/i.test(message)) return new ReaderAhead("", cause);
  if (/purged|Could not find first log file|could not find next log|not find GTID state/i.test(message)
    || /requested GTIDs? .*(?:not in the master|that are (?:missing|purged))/i.test(message))
    return new PurgedPosition(
      /sent by the (?:replica|slave) is '([^']*)'/.exec(message)?.[1] ?? requested,
      /missing transactions are '([^']*)'/.exec(message)?.[1] ?? "", cause,
    );
  if (/anonymous transaction/i.test(message)) {
    const remedy = "A transaction was logged without a GTID. Keep gtid_mode = ON, and take a new snapshot, from now on";
    return new SourceRefused(code, `${message}. ${remedy}`, cause);
  }
  return new SourceRefused(code || "ER_SOURCE_FATAL_ERROR_READING_BINLOG", message, cause);
}
