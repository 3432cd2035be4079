import { escapeId, type RowDataPacket } from "mysql2";
import type { Connection } from "mysql2/promise";
import { insertRows, updateRow } from "../../generator/insert.js";
import { connectMysql } from "../../runtime/mysql/mysql.js";
import { sleep } from "../../runtime/wait.js";
import { fillingSql } from "./filling.js";
import type { Step, Transaction } from "./workload.js";

/** A table outside the catalog that holds the number of the last transaction: how a commit is known whose answer never came. */
const marker = "fault_marker";
/** Rows refer to whatever they like, and dates may be none: what is written is to be odd. */
const session = "SET foreign_key_checks = 0, sql_mode = 'STRICT_ALL_TABLES,ALLOW_INVALID_DATES'";

/** The only one that writes, over one connection, so that transactions are committed in the order they are drawn. */
export class Writer implements AsyncDisposable {
  #connection: Connection | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  /** `server` says where the server is now. */
  constructor(readonly server: () => URL, readonly signal: AbortSignal) {}

  async prepare(): Promise<void> {
    await this.alone(async () => {
      const connection = await this.#open();
      await connection.query(`CREATE TABLE ${marker} (number BIGINT NOT NULL)`);
      await connection.query(`INSERT INTO ${marker} VALUES (-1000)`);
    });
  }

  /** Whether the transaction was committed; answers only once that is known. */
  write(transaction: Transaction): Promise<boolean> {
    return this.alone(async () => {
      try {
        await perform(await this.#open(), transaction);
        return true;
      } catch (error) {
        this.#closeLost(error);
        return this.#wasCommitted(transaction);
      }
    });
  }

  /** Within `alone`: transactions of which it does not matter what becomes. */
  async perform(transactions: readonly Transaction[]): Promise<void> {
    for (const transaction of transactions) await perform(
      await this.#open(), transaction,
    ).catch((error: unknown) => this.#closeLost(error));
  }

  /** Runs between two transactions. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** The next statement opens a new connection, to wherever the server is then. */
  close(): void {
    this.#connection?.destroy();
    this.#connection = null;
  }

  /** @throws the error itself, when it is of the statement */
  #closeLost(error: unknown): void {
    if (!isLost(error)) throw error;
    this.close();
    this.signal.throwIfAborted();
  }

  /** Asks until somebody answers: the server asked may be the one that is dying. */
  async #wasCommitted(transaction: Transaction): Promise<boolean> {
    const { number, steps: [first] } = transaction;
    // TRUNCATE commits by itself, so the marker says nothing of it. Either question waits for a transaction that is still being committed.
    const asked = first?.op === "truncate" ? `SELECT COUNT(*) = 0 AS done FROM ${escapeId(first.entity.table)}`
      : `SELECT number = ${number} AS done FROM ${marker} FOR SHARE`;
    try {
      const [[row]] = await (await this.#open()).query<RowDataPacket[]>(asked);
      return Number(row?.done) === 1;
    } catch (error) {
      this.#closeLost(error);
      return this.#wasCommitted(transaction);
    }
  }

  async #open(): Promise<Connection> {
    while (!this.#connection) {
      try {
        const connection = await connectMysql(this.server());
        // A connection that breaks while nobody asks is met at the next statement.
        connection.on("error", () => undefined);
        await connection.query(session);
        this.#connection = connection;
      } catch {
        await sleep(100, this.signal);
        this.signal.throwIfAborted();
      }
    }
    return this.#connection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}

async function perform(connection: Connection, { number, steps, clockMicros }: Transaction): Promise<void> {
  if (steps[0]?.op === "truncate") return apply(connection, steps[0]);
  await connection.query(`SET original_commit_timestamp = ${clockMicros === 0 ? "DEFAULT" : Date.now() * 1000 + clockMicros}`);
  await connection.query("BEGIN");
  for (const step of steps) await apply(connection, step);
  await connection.query(`UPDATE ${marker} SET number = ${number}`);
  await connection.query("COMMIT");
}

async function apply(connection: Connection, step: Step): Promise<void> {
  const [table, key] = [escapeId(step.entity.table), escapeId(step.entity.key[0]!)];
  switch (step.op) {
    case "insert": return void await insertRows(connection, step.entity, step.images.map(({ row }) => row));
    case "update": return void await updateRow(connection, step.entity, step.key, step.changed);
    case "delete": return void await connection.query(`DELETE FROM ${table} WHERE ${key} = ${step.key}`);
    case "delete from": return void await connection.query(`DELETE FROM ${table} WHERE ${key} >= ${step.key} AND ${key} < 2 * ${step.key}`);
    case "fill": return void await connection.query(fillingSql(step.entity, step.filled));
    case "truncate": return void await connection.query(`TRUNCATE TABLE ${table}`);
  }
  step satisfies never;
}

/** Of the connection or the server's end, not of the statement. */
function isLost(error: unknown): boolean {
  const { code = "", fatal = false, sqlState } = error as { readonly code?: string; readonly fatal?: boolean; readonly sqlState?: string };
  // The last one ends a commit that waits for the standby while the servers change places.
  return fatal || sqlState === undefined || code === "ER_SERVER_SHUTDOWN" || code === "ER_QUERY_INTERRUPTED"
    || code === "ER_RUN_HOOK_ERROR";
}
