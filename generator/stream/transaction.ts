import { escapeId } from "mysql2";
import type { Connection, RowDataPacket } from "mysql2/promise";
import { isConnectionLost } from "../../runtime/mysql/lost.js";
import type { Micros } from "../clock.js";
import { sqlValue } from "../insert.js";
import { type Business, businessBy, transact } from "./mix.js";
import type { Session } from "./session.js";
import type { Trade, Done, Trace } from "./trade.js";

/** What a trade is made of, except the time. That is asked for when the work begins, so that no order lies in the future. */
export interface Opening extends Omit<Trade, "now" | "connection"> {
  readonly session: Session;
  readonly clock: () => Micros;
}

/** What the server ends when two transactions wait for each other; doing this one again is enough. */
const endedByServer = ["ER_LOCK_DEADLOCK", "ER_LOCK_WAIT_TIMEOUT"];
const mostTries = 10;

export interface Committed extends Done {
  readonly business: Business;
  readonly retries: number;
}

/**
 * Does one business transaction and commits it: the one that its numbers choose, or a sale when there is nothing to do that one to.
 * When the connection breaks, it does the transaction again once the server answers, unless its commit turns out to have
 * arrived. Null when `signal` aborts meanwhile.
 */
export async function committed({ clock, session, ...opening }: Opening, signal: AbortSignal): Promise<Committed | null> {
  let doubtful: Committed | null = null;
  for (let [retries, ended] = [0, 0]; ; retries++) {
    const connection = await session.connection(signal);
    if (!connection) return null;
    try {
      if (doubtful && await left(connection, doubtful.trace)) return { ...doubtful, retries };
      doubtful = null;
      await connection.beginTransaction();
      const trade = () => ({ ...opening, connection, now: clock() });
      const chosen = businessBy(opening.draw("business"));
      const done = await transact(chosen, trade());
      const result = done ? { ...done, business: chosen } : { ...(await transact("sale", trade()))!, business: "sale" as const };
      doubtful = { ...result, retries };
      await connection.commit();
      return doubtful;
    } catch (error) {
      if (isConnectionLost(error)) {
        session.lose(error);
      } else {
        doubtful = null;
        if (!endedByServer.includes((error as { readonly code?: string }).code ?? "") || ++ended >= mostTries) throw error;
        await connection.rollback();
      }
    }
  }
}

/** Whether the transaction that would leave this trace has done so. */
async function left(connection: Connection, { table, key, at }: Trace): Promise<boolean> {
  const [[row]] = await connection.query<RowDataPacket[]>(
    `SELECT created_at, last_updated FROM ${escapeId(table.name)} WHERE ${escapeId(table.key)} = ?`, [key],
  );
  return at === null ? row === undefined : row !== undefined && [row.created_at, row.last_updated].includes(sqlValue(at));
}
