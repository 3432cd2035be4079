import { PreflightFailed } from "./findings.js";

const lost = new Set(["PROTOCOL_CONNECTION_LOST", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EPIPE", "EHOSTUNREACH", "ENETUNREACH", "ER_SERVER_SHUTDOWN", "ER_CON_COUNT_ERROR"]);

/** Of a connection to MySQL that may be there again later, once it has stood. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof PreflightFailed) return error.findings.every((finding) => [...lost].some((code) => finding.problem.includes(code)));
  const { code = "", fatal = false } = error as { code?: string; fatal?: boolean };
  return lost.has(code) || (fatal && /closed state|Connection lost/i.test((error as Error).message));
}
