import type { RowDataPacket } from "mysql2";
import type { Connection } from "mysql2/promise";
import { PreflightFailed } from "../../runtime/findings.js";
import { connectMysql } from "../../runtime/mysql.js";
import { backoff, pause } from "../../runtime/wait.js";

/** One connection for statements that only read: when it breaks, it is opened again and the statement asked again. */
export class Reading implements AsyncDisposable {
  #connection: Promise<Connection> | null = null;

  constructor(readonly url: URL) {}

  /** Retries a lost connection until `signal` aborts; other errors are thrown. */
  async ask<T>(question: (connection: Connection) => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await question(await this.#open());
      } catch (error) {
        if (!isLost(error)) throw error;
        this.#connection = null;
        await pause(backoff(attempt), signal);
        signal.throwIfAborted();
      }
    }
  }

  rows(sql: string, signal: AbortSignal): Promise<RowDataPacket[]> {
    return this.ask(async (connection) => (await connection.query<RowDataPacket[]>(sql))[0], signal);
  }

  #open(): Promise<Connection> {
    this.#connection ??= connectMysql(this.url);
    return this.#connection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const connection = await this.#connection?.catch(() => null);
    await connection?.end().catch(() => connection.destroy());
  }
}

const lost = new Set(["PROTOCOL_CONNECTION_LOST", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EPIPE", "EHOSTUNREACH", "ENETUNREACH", "ER_SERVER_SHUTDOWN", "ER_CON_COUNT_ERROR"]);

/** Of a connection that may be there again later, once it has stood. */
function isLost(error: unknown): boolean {
  if (error instanceof PreflightFailed) return error.findings.every((finding) => [...lost].some((code) => finding.problem.includes(code)));
  const { code = "", fatal = false } = error as { code?: string; fatal?: boolean };
  return lost.has(code) || (fatal && /closed state|Connection lost/i.test((error as Error).message));
}
