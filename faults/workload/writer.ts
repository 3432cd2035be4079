import { escapeId, type RowDataPacket } from "mysql2";
import type { Connection } from "mysql2/promise";
import { insertRows, updateRow } from "../../generator/insert.js";
import { connectMysql } from "../../runtime/mysql/mysql.js";
import { sleep } from "../../runtime/wait.js";
import { fillingSql } from "./filling.js";
import type { Step, Transaction } from "./workload.js";

/** A table outside the catalog that holds the number of the last transaction. It shows whether a commit arrived whose answer never came. */
const marker = "fault_marker";
/** Rows may refer to anything, and dates may be invalid, because the workload is meant to be odd. */
const session = "SET foreign_key_checks = 0, sql_mode = 'STRICT_ALL_TABLES,ALLOW_INVALID_DATES'";

/** The only writer. It uses one connection, so that transactions are committed in the order they are drawn. */
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

  /** Runs, within `alone`, transactions whose outcome does not matter. */
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

  /** Makes the next statement open a new connection, to wherever the server is then. */
  close(): void {
    this.#connection?.destroy();
    this.#connection = null;
  }

  /** Closes a lost connection. @throws the error itself, when it is about the statement */
  #closeLost(error: unknown): void {
    if (!isLost(error)) throw error;
    this.close();
    this.signal.throwIfAborted();
  }

  /** Asks until a server answers: the one asked may be dying. */
  async #wasCommitted(transaction: Transaction): Promise<boolean> {
    const { number, steps: [first] } = transaction;
    // TRUNCATE commits by itself, so the marker does not show it. Either question waits for a transaction that is still being committed.
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
        // If a connection breaks while idle, the next statement finds out.
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
  const of = { name: step.entity.table, key: step.entity.key[0]! };
  const [table, key] = [escapeId(of.name), escapeId(of.key)];
  switch (step.op) {
    case "insert": return void await insertRows(connection, of, step.images.map(({ row }) => row));
    case "update": return void await updateRow(connection, of, step.key, step.changed);
    case "delete": return void await connection.query(`DELETE FROM ${table} WHERE ${key} = ${step.key}`);
    case "delete from": return void await connection.query(`DELETE FROM ${table} WHERE ${key} >= ${step.key} AND ${key} < 2 * ${step.key}`);
    case "fill": return void await connection.query(fillingSql(step.entity, step.filled));
    case "truncate": return void await connection.query(`TRUNCATE TABLE ${table}`);
  }
  step satisfies never;
}

/** Whether the connection or the server ended, rather than the statement failed. */
function isLost(error: unknown): boolean {
  const { code = "", fatal = false, sqlState } = error as { readonly code?: string; readonly fatal?: boolean; readonly sqlState?: string };
  // The last code ends a commit that waits for the standby while the servers change places.
  return fatal || sqlState === undefined || code === "ER_SERVER_SHUTDOWN" || code === "ER_QUERY_INTERRUPTED"
    || code === "ER_RUN_HOOK_ERROR";
}
