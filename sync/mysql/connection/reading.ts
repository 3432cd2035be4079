import { addAbortSignal } from "node:stream";
import type { Connection as Callbacks, RowDataPacket } from "mysql2";
import type { Connection } from "mysql2/promise";
import { connectMysql, serverUrl } from "../../../runtime/mysql/mysql.js";
import { backoff, sleep } from "../../../runtime/wait.js";
import { Access } from "./access.js";

/**
 * One connection for statements that only read. When it breaks, it is opened again and the statement is asked again.
 * It has no default database: if a database is dropped while sync runs, its tables count as missing, and they may be made again.
 */
export class Reading implements AsyncDisposable {
  #connection: Promise<Connection> | null = null;

  constructor(readonly url: URL, readonly access = new Access(url)) {}

  /** Tries again over a new connection, until `signal` aborts, what may pass by itself. Other errors are thrown. */
  async ask<T>(question: (connection: Connection) => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      const connection = this.#open();
      try {
        const answer = await question(await connection);
        if (attempt > 0) this.access.works("tables");
        return answer;
      } catch (error) {
        if (!this.access.mayPass(error)) throw error;
        this.access.failed("tables", error, attempt);
        if (this.#connection === connection) this.#connection = null;
        connection.then((open) => open.destroy(), () => undefined);
        await sleep(backoff(attempt), signal);
        signal.throwIfAborted();
      }
    }
  }

  rows(sql: string, signal: AbortSignal): Promise<RowDataPacket[]> {
    return this.ask(async (connection) => (await connection.query<RowDataPacket[]>(sql))[0], signal);
  }

  /**
   * Yields the rows as they come, in pieces of about `bytes` of text; the server waits while the caller takes none.
   * When the connection is lost, the next one is asked what `sql` then says; `sql` may ask that connection before.
   * Ends early when `signal` aborts.
   */
  async *pieces(
    sql: (connection: Connection) => string | Promise<string>, bytes: number, signal: AbortSignal,
  ): AsyncGenerator<RowDataPacket[]> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      const connection = await this.ask(async (open) => open, signal);
      let whole = false;
      try {
        for await (const piece of inPieces(rowStream(connection, await sql(connection), signal), bytes)) {
          attempt = 0;
          yield piece;
        }
        whole = true;
        return;
      } catch (error) {
        if (!this.access.mayPass(error) && !signal.aborted) throw error;
      } finally {
        // The connection was lost, or the caller stopped in the middle of the answer.
        if (!whole) this.#abandon(connection);
      }
      await sleep(backoff(attempt), signal);
    }
  }

  #abandon(connection: Connection): void {
    connection.destroy();
    this.#connection = null;
  }

  /** A failed try is not kept: what the server refused once it may allow later. */
  #open(): Promise<Connection> {
    const connection = (this.#connection ??= connectMysql(serverUrl(this.url)));
    connection.catch(() => {
      if (this.#connection === connection) this.#connection = null;
    });
    return connection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const connection = await this.#connection?.catch(() => null);
    await connection?.end().catch(() => connection.destroy());
  }
}

/** How many rows the stream holds ready. */
const rowsAhead = 64;

function rowStream(connection: Connection, sql: string, signal: AbortSignal): AsyncIterable<RowDataPacket> {
  // mysql2's promise connection wraps one of callbacks, and only that one can stream.
  const { connection: wrapped } = connection as unknown as { readonly connection: Callbacks };
  // mysql2 reports a lost connection, also one lost before this, to the connection alone.
  const gone = new AbortController();
  const onError = (error: Error) => gone.abort(error);
  wrapped.on("error", onError);
  const rows = wrapped.query(sql).stream({ highWaterMark: rowsAhead });
  rows.once("close", () => wrapped.off("error", onError));
  const fail = () => void rows.destroy(gone.signal.reason as Error);
  if (gone.signal.aborted) fail();
  else gone.signal.addEventListener("abort", fail);
  return addAbortSignal(signal, rows) as AsyncIterable<RowDataPacket>;
}

async function* inPieces(rows: AsyncIterable<RowDataPacket>, bytes: number): AsyncGenerator<RowDataPacket[]> {
  let [piece, size]: [RowDataPacket[], number] = [[], 0];
  for await (const row of rows) {
    piece.push(row);
    for (const name in row) if (typeof row[name] === "string") size += (row[name] as string).length;
    if (size < bytes) continue;
    yield piece;
    [piece, size] = [[], 0];
  }
  if (piece.length > 0) yield piece;
}
