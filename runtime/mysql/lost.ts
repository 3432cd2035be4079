import { PreflightFailed } from "../findings.js";

/** What the driver, and the network below it, report of a connection that broke or could not be made. */
const lost: ReadonlySet<string> = new Set([
  "PROTOCOL_CONNECTION_LOST", "PROTOCOL_UNEXPECTED_PACKET", "ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "ETIMEDOUT", "EPIPE",
  "EHOSTUNREACH", "EHOSTDOWN", "ENETUNREACH", "ENETDOWN", "EAI_AGAIN",
]);
/** What the server reports of a lost connection, by number, because drivers do not know every name. */
const lostByServer: ReadonlySet<number> = new Set([
  // The server is full, starting, shutting down, or closed to all but administrators for a while.
  1040, 1041, 1053, 1077, 1079, 1129, 1135, 1203, 1226, 3032,
  // The connection was too slow, damaged, aborted, killed, or silent for too long.
  1043, 1152, 1154, 1155, 1156, 1157, 1158, 1159, 1160, 1161, 1184, 1927, 3169, 4031,
]);
/** The statement was interrupted, ran out of time, or stood in another's way. */
const statementEnded: ReadonlySet<number> = new Set([1205, 1213, 1317, 3024]);
/** The server does not know the user, or not with this password; or the account is locked, or its password has expired. */
const noEntry: ReadonlySet<number> = new Set([1045, 1130, 1698, 1820, 1862, 3118, 3955]);
/** The user lacks a privilege. */
const noPrivilege: ReadonlySet<number> = new Set([1044, 1142, 1143, 1227, 1370]);

/** Whether a connection to MySQL that once stood may come back. */
export function isConnectionLost(error: unknown): boolean {
  const { code = "", fatal = false, errno = 0, message } = causeOf(error);
  return lost.has(code) || lostByServer.has(errno) || (fatal && /closed state|Connection lost/i.test(message ?? ""));
}

/** The same, and also true of a statement that only reads and may be asked again. */
export function mayPass(error: unknown): boolean {
  return isConnectionLost(error) || statementEnded.has(causeOf(error).errno ?? 0);
}

/** What kind of access a person took away, and can give back. */
export function deniedBy(error: unknown): "entry" | "privilege" | null {
  const { errno = 0 } = causeOf(error);
  return noEntry.has(errno) ? "entry" : noPrivilege.has(errno) ? "privilege" : null;
}

interface DriverError {
  readonly code?: string;
  readonly errno?: number;
  readonly fatal?: boolean;
  readonly message?: string;
}

/** The error that a finding was made of. */
function causeOf(error: unknown): DriverError {
  return (error instanceof PreflightFailed && error.cause ? error.cause : error) as DriverError;
}
