import type { Connection } from "mysql2/promise";
import { inALine } from "../../runtime/findings.js";
import { isConnectionLost } from "../../runtime/mysql/lost.js";
import { connectMysql } from "../../runtime/mysql/mysql.js";
import { backoff, sleep } from "../../runtime/wait.js";

/** Called with the reason when the server is away, and with null when it answers again. */
export type AwayListener = (error: string | null) => void;

/** One worker's connection. Once it has stood, it is opened again for as long as the server is away. */
export class Session implements AsyncDisposable {
  #connection: Connection | null;

  private constructor(readonly mysql: URL, readonly away: AwayListener, connection: Connection) {
    this.#connection = connection;
  }

  /** Fails at once if the server does not answer now, so that no worker waits for one that does not exist. @throws PreflightFailed */
  static async open(mysql: URL, away: AwayListener): Promise<Session> {
    return new Session(mysql, away, await connect(mysql));
  }

  /** The connection that stands, or the next one; null when `signal` aborts while the server is away. */
  async connection(signal: AbortSignal): Promise<Connection | null> {
    for (let attempt = 0; this.#connection === null; attempt++) {
      await sleep(backoff(attempt), signal);
      if (signal.aborted) return null;
      try {
        this.#connection = await connect(this.mysql);
        this.away(null);
      } catch (error) {
        if (!isConnectionLost(error)) throw error;
        this.away(inALine(error));
      }
    }
    return this.#connection;
  }

  /** Asks the server, and asks again on the next connection when this one breaks. Null when `signal` aborts meanwhile. */
  async ask<T>(question: (connection: Connection) => Promise<T>, signal: AbortSignal): Promise<T | null> {
    for (;;) {
      const connection = await this.connection(signal);
      if (!connection) return null;
      try {
        return await question(connection);
      } catch (error) {
        if (!isConnectionLost(error)) throw error;
        this.lose(error);
      }
    }
  }

  /** Closes a broken connection: the next is another. */
  lose(error: unknown): void {
    this.#connection?.destroy();
    this.#connection = null;
    this.away(inALine(error));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection?.end().catch(() => this.#connection?.destroy());
  }
}

/** Connects, with fewer locks between the rows than by default, as busy systems have it. */
async function connect(mysql: URL): Promise<Connection> {
  const connection = await connectMysql(mysql);
  // If the connection broke while idle, its next statement reports that too.
  connection.on("error", () => undefined);
  await connection.query("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
  return connection;
}
