import type { Connection, RowDataPacket } from "mysql2/promise";
import { PreflightFailed } from "../runtime/findings.js";
import { connectMysql, mysqlPlace, mysqlProblem } from "../runtime/mysql/mysql.js";
import { type FillPlan, markBegun, markWhole, planText, readFillMark, refusalOf } from "./fill-mark.js";
import { filledTables, writeWorld } from "./fill.js";
import { type LoadReport, reporter } from "./load-report.js";
import { drawFrom } from "./random.js";
import type { Business } from "./stream/mix.js";
import { openLoop } from "./stream/open-loop.js";
import { type AwayListener, Session } from "./stream/session.js";
import { type Directory, mostPartners, openDirectory } from "./stream/trade.js";
import { committed } from "./stream/transaction.js";
import { worldOf } from "./world.js";

export interface FillOptions extends FillPlan {
  readonly mysql: URL;
}

export interface Filled {
  /** Rows of the fill, with those that an earlier, interrupted one wrote. */
  readonly rows: number;
  /** False when it was stopped before its end; the next fill completes it. */
  readonly complete: boolean;
  readonly seconds: number;
}

/**
 * Fills an empty database with believable rows, or completes a fill that was interrupted; equal seed, rows and `until` give equal tables.
 * @throws PreflightFailed when the database is not empty, not migrated or not reachable
 */
export async function fill(
  { mysql, ...plan }: FillOptions, signal: AbortSignal, onProgress: (progress: LoadReport) => void,
): Promise<Filled> {
  const began = performance.now();
  await using connection = await connectMysql(mysql);
  let written = 0;
  try {
    await alone(connection, mysql);
    const mark = await readFillMark(connection);
    const refusal = refusalOf(plan, mark, await filledTables(connection));
    if (refusal) throw new PreflightFailed([{ where: `${mysqlPlace(mysql)}${mysql.pathname}`, ...refusal }]);
    if (!mark || mark.whole) await markBegun(connection, plan);
    const report = reporter(plan.rows, onProgress);
    const there = await writeWorld(connection, worldOf(plan.seed, plan.rows, plan.until * 1_000), signal, (done) => report(written = done));
    if (there === plan.rows) await markWhole(connection);
    return { rows: there, complete: there === plan.rows, seconds: secondsSince(began) };
  } catch (error) {
    throw brokenOff(mysql, error, written, "rows");
  }
}

/** Takes a lock, because two fills of one database would both begin at the same row. The server releases it when the connection ends. */
async function alone(connection: Connection, mysql: URL): Promise<void> {
  const [[row]] = await connection.query<RowDataPacket[]>(
    "SELECT GET_LOCK(CONCAT('sluice fill ', LEFT(SHA2(DATABASE(), 256), 40)), 10) AS got",
  );
  if (Number(row?.got) === 1) return;
  throw new PreflightFailed([{
    where: `${mysqlPlace(mysql)}${mysql.pathname}`, problem: "another process is filling the database",
    remedy: "wait until it has ended, or end it",
  }]);
}

/** `interrupted`: a fill began and has not come to its end. @throws PreflightFailed when the database is not migrated or not reachable */
export async function fillState(mysql: URL): Promise<"empty" | "interrupted" | "filled"> {
  await using connection = await connectMysql(mysql);
  try {
    const filled = await filledTables(connection);
    if ((await readFillMark(connection))?.whole === false) return "interrupted";
    return filled.length === 0 ? "empty" : "filled";
  } catch (error) {
    throw mysqlProblem(mysql, error);
  }
}

export interface StreamOptions {
  readonly mysql: URL;
  readonly seed: number;
  /** Business transactions per second. */
  readonly rate: number;
  /** With one, a seed fixes everything that is done to a given database. */
  readonly connections: number;
  /** How many in all; without it the stream goes on until `signal` aborts. */
  readonly transactions?: number | undefined;
  /** Milliseconds since the epoch: a clock that begins here and moves by `rate`. Without it, the real time. */
  readonly start?: number | undefined;
  readonly onAway?: AwayListener;
}

export interface Streamed {
  readonly transactions: number;
  readonly byBusiness: Readonly<Partial<Record<Business, number>>>;
  readonly rows: { readonly inserted: number; readonly updated: number; readonly deleted: number };
  readonly seconds: number;
  /** Transactions per second over the whole time. */
  readonly rate: number;
  /** How late the last transaction began. */
  readonly behindMs: number;
  /** Transactions done again: the server ended them to resolve a deadlock or a lock wait, or it was away. */
  readonly retries: number;
}

/**
 * Trades, at a rate that does not wait for the database (see `Progress.behindMs`). It goes on by itself after the server was away.
 * An abort ends it when the transactions under way are committed. @throws PreflightFailed when there is nothing to trade with
 */
export async function stream(options: StreamOptions, signal: AbortSignal, onProgress: (progress: LoadReport) => void): Promise<Streamed> {
  const { mysql, seed, rate, transactions } = options;
  await using opened = await openSessions(mysql, options.connections, options.onAway);
  const { sessions } = opened;
  let count = 0;
  try {
    const begun = await sessions[0]!.ask((connection) => begin(connection, `${mysqlPlace(mysql)}${mysql.pathname}`), signal);
    if (!begun) return {
      transactions: 0, byBusiness: {}, rows: { inserted: 0, updated: 0, deleted: 0 }, seconds: 0, rate: 0, behindMs: 0, retries: 0,
    };
    const { directory, head } = begun;
    const lasting = drawFrom(seed);
    const clock = (piece: number): number => options.start === undefined
      ? Math.floor((performance.timeOrigin + performance.now()) * 1_000)
      : options.start * 1_000 + Math.floor((piece * 1_000_000) / rate);

    const began = performance.now();
    const rows = { inserted: 0, updated: 0, deleted: 0 };
    const byBusiness: Partial<Record<Business, number>> = {};
    let [behindMs, retries] = [0, 0];
    const report = reporter(transactions ?? null, onProgress);
    await openLoop({ rate, workers: options.connections, limit: transactions ?? Infinity }, async (piece, worker, lateMs) => {
      // A stream that goes on where another stopped must not repeat it, so the newest booking is part of its seed.
      const draw = (field: string) => lasting(`stream after ${head}`, piece, field);
      const done = await committed({ session: sessions[worker]!, directory, draw, lasting, clock: () => clock(piece) }, signal);
      if (!done) return;
      if (done.met && directory.partners.length < mostPartners) directory.partners.push(done.met);
      rows.inserted += done.inserted;
      rows.updated += done.updated;
      rows.deleted += done.deleted;
      byBusiness[done.business] = (byBusiness[done.business] ?? 0) + 1;
      retries += done.retries;
      behindMs = lateMs;
      report(++count, lateMs);
    }, signal);
    const seconds = secondsSince(began);
    return { transactions: count, byBusiness, rows, seconds, rate: count / Math.max(seconds, 0.001), behindMs, retries };
  } catch (error) {
    throw brokenOff(mysql, error, count, "transactions");
  }
}

/** @throws PreflightFailed when there is nothing to trade with, or not all of it */
async function begin(connection: Connection, where: string): Promise<{ readonly directory: Directory; readonly head: string }> {
  const mark = await readFillMark(connection);
  if (mark && !mark.whole) {
    throw new PreflightFailed([
      { where, problem: "its fill was interrupted, so rows are missing", remedy: `complete it: sluice generate fill ${planText(mark)}` },
    ]);
  }
  return { directory: await openDirectory(connection, where), head: await newestBooking(connection) };
}

/** `onAway` is called once, however many of the sessions find the server away. */
async function openSessions(
  mysql: URL, count: number, onAway: AwayListener = () => undefined,
): Promise<AsyncDisposable & { readonly sessions: readonly Session[] }> {
  const sessions: Session[] = [];
  let isAway = false;
  const once: AwayListener = (error) => {
    if (isAway === (error !== null)) return;
    isAway = error !== null;
    onAway(error);
  };
  const close = async () => void (await Promise.allSettled(sessions.map((each) => each[Symbol.asyncDispose]())));
  try {
    while (sessions.length < count) sessions.push(await Session.open(mysql, once));
  } catch (error) {
    await close();
    throw error;
  }
  return { sessions, [Symbol.asyncDispose]: close };
}

/** Before anything is written, what a person can cure is a finding. After that, the error says how much is written. */
function brokenOff(mysql: URL, error: unknown, done: number, what: string): unknown {
  if (done === 0 || error instanceof PreflightFailed) return mysqlProblem(mysql, error);
  const reason = error instanceof Error ? error.message : String(error);
  return new Error(`${mysqlPlace(mysql)}: broken off after ${done} ${what}, which stay: ${reason}`, { cause: error });
}

async function newestBooking(connection: Connection): Promise<string> {
  const [[row]] = await connection.query<RowDataPacket[]>("SELECT MAX(transaction_id) AS newest FROM transaction");
  return String(row?.newest ?? 0);
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1_000;
}
