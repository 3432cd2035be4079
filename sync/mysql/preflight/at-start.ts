import type { Connection } from "mysql2/promise";
import { PreflightFailed } from "../../../runtime/findings.js";
import { connectMysql, mysqlPlace, serverUrl } from "../../../runtime/mysql/mysql.js";
import { backoff, sleep } from "../../../runtime/wait.js";
import { isLost } from "../connection/access.js";

export interface Asking {
  /** Called once when the server went away after it had answered; then it is waited for. */
  readonly away?: ((error: unknown) => void) | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Asks the server something before any work begins. A server that does not answer fails it at once. A server that answered and then
 * goes away is waited for until `signal` aborts, if `away` is given. @throws PreflightFailed
 */
export async function askedAtStart<T>(
  url: URL, { away, signal = new AbortController().signal }: Asking, question: (connection: Connection) => Promise<T>,
): Promise<T> {
  let hasAnswered = false;
  for (let attempt = 0; ; attempt++) {
    try {
      const connection = await answering(url);
      hasAnswered = true;
      try {
        return await question(connection);
      } finally {
        await connection.end().catch(() => connection.destroy());
      }
    } catch (error) {
      if (!isLost(error)) throw error;
      if (!hasAnswered || !away) {
        if (error instanceof PreflightFailed) throw error;
        throw new PreflightFailed([{
          where: mysqlPlace(url), problem: `it went away while it was asked: ${(error as Error).message}`,
          remedy: "see that the server runs, and start again",
        }], { cause: error });
      }
      if (attempt === 0) away(error);
      await sleep(backoff(attempt), signal);
      signal.throwIfAborted();
    }
  }
}

/** Connects to the server, without a database. @throws PreflightFailed with the remedy when no server answers */
export async function answering(url: URL): Promise<Connection> {
  try {
    return await connectMysql(serverUrl(url));
  } catch (error) {
    if (error instanceof PreflightFailed) throw error;
    throw new PreflightFailed([{
      where: mysqlPlace(url), problem: (error as Error).message,
      remedy: "make sure that a MySQL server of version 8.0 or newer answers at this address",
    }], { cause: error });
  }
}
