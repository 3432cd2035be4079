import { createHash } from "node:crypto";
import type { RowDataPacket } from "mysql2";
import type { Connection } from "mysql2/promise";
import { inALine, PreflightFailed } from "../../../runtime/findings.js";
import { connectMysql, mysqlPlace, serverUrl } from "../../../runtime/mysql/mysql.js";
import { withinTime } from "../../../runtime/time-limit.js";
import { backoff, sleep, unlessAborted } from "../../../runtime/wait.js";
import type { FeedLock, FeedLockEvent } from "../../source.js";
import type { Access } from "./access.js";

/** The server forgets a holder that says nothing for this long. A process that was killed is forgotten at once. */
const leaseSeconds = 10;
const renewMs = 2_500;
/** The server may still see a process for a moment after it ended. */
const quietMs = 1_000;
/**
 * The longest wait for a server that says nothing. Meanwhile the server gives the lock to no
 * other process, so waiting longer gains nothing.
 */
const patienceMs = 1_500;

/**
 * Takes a named lock of the server (GET_LOCK): one process at a time holds it, and it needs no privilege.
 * It belongs to a connection, which says something every few seconds. A holder that was silent for too long
 * learns by `lost` that another process has the lock.
 */
export async function takeFeedLock(
  access: Access, name: string, onEvent: (event: FeedLockEvent) => void, signal: AbortSignal,
): Promise<MysqlFeedLock> {
  const { url } = access, report = access.observed(onEvent);
  const lock = new Lock(access, `sluice ${createHash("sha256").update(name).digest("hex").slice(0, 40)}`);
  try {
    const began = performance.now();
    for (let attempt = 0; (await unlessAborted(signal, lock.attempt(true))) !== "ours"; attempt++) {
      if (lock.silence) report(lock.silence);
      else if (lock.holder && performance.now() - began > quietMs) report({
        kind: "waiting", holder: `connection ${lock.holder} of mysql ${url.host}`,
      });
      await sleep(backoff(attempt, 50, 1_000), signal);
      signal.throwIfAborted();
    }
  } catch (error) {
    await lock.close();
    throw error;
  }
  return new HeldFeedLock(lock, report);
}

export interface MysqlFeedLock extends FeedLock {
  /** The name that the server knows it by. */
  readonly lockName: string;
  /** As in `FeedLock`, but an answer of the server older than `maxAgeMs` does not count. */
  held(maxAgeMs?: number): Promise<void>;
  /** Resolves once the server was asked, whether or not it answered. */
  verified(): Promise<void>;
}

class HeldFeedLock implements MysqlFeedLock {
  readonly #lost = new AbortController();
  readonly #renewing: NodeJS.Timeout;
  #renewedAt = performance.now();
  #renewal: Promise<void> | null = null;
  #isGivenBack = false;

  constructor(readonly lock: Lock, readonly onEvent: (event: FeedLockEvent) => void) {
    this.#renewing = setInterval(() => void this.verified(), renewMs);
  }

  get lockName(): string {
    return this.lock.name;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async held(maxAgeMs = (leaseSeconds / 2) * 1000): Promise<void> {
    if (performance.now() - this.#renewedAt >= maxAgeMs) await withinPatience(this.verified());
  }

  verified(): Promise<void> {
    this.#renewal ??= this.#renew().finally(() => { this.#renewal = null; });
    return this.#renewal;
  }

  async #renew(): Promise<void> {
    if (this.lost.aborted) return;
    let answer = await this.lock.attempt(false);
    // A connection that proves broken gives no answer, so a new one is asked.
    if (answer === "unknown") answer = await this.lock.attempt(false);
    if (!this.#isGivenBack) this.onEvent(this.lock.silence ?? { kind: "answers" });
    switch (answer) {
      case "ours": this.#renewedAt = performance.now(); break;
      case "another's": this.#lost.abort(new Error("another sync process has taken over this store")); break;
      case "unknown": break;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isGivenBack = true;
    clearInterval(this.#renewing);
    this.lock.access.observed(() => undefined);
    await this.lock.close();
  }
}

class Lock {
  #connection: Connection | null = null;
  /** Connections of this process that broke: the server may take them for alive for a while. */
  readonly #former = new Set<number>();
  #isClosed = false;
  holder: number | null = null;
  /** Set while the server does not answer. */
  silence: Extract<FeedLockEvent, { kind: "silent" }> | null = null;

  constructor(readonly access: Access, readonly name: string) {}

  get url(): URL {
    return this.access.url;
  }

  /** Takes the lock if it is free. Errors that do not pass by themselves are thrown only when `strict`. */
  async attempt(strict: boolean): Promise<"ours" | "another's" | "unknown"> {
    try {
      const connection = (this.#connection ??= await this.#open());
      const own = connection.threadId;
      this.holder = await this.#ask("SELECT IS_USED_LOCK(?)");
      this.silence = null;
      if (this.holder === own) return "ours";
      if ((await this.#ask("SELECT GET_LOCK(?, 0)")) === 1) return "ours";
      return this.holder !== null && this.#former.has(this.holder) ? "unknown" : "another's";
    } catch (error) {
      this.#drop();
      this.silence = {
        kind: "silent", error: error instanceof PreflightFailed ? inALine(error) : `${mysqlPlace(this.url)}: ${inALine(error)}`,
      };
      if (strict && !this.access.mayPass(error) && !isLate(error)) throw error;
      return "unknown";
    }
  }

  /** Releases the lock, so that a waiting process has it at once. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await withinPatience(this.#ask("SELECT RELEASE_LOCK(?)"));
    this.#drop();
  }

  async #ask(sql: string): Promise<number | null> {
    if (!this.#connection) return null;
    const [rows] = await this.#connection.query<RowDataPacket[]>({
      sql, values: [this.name], rowsAsArray: true, timeout: (leaseSeconds / 2) * 1000,
    });
    const [value] = rows[0] as unknown as [string | number | null];
    return value === null ? null : Number(value);
  }

  async #open(): Promise<Connection> {
    const connection = await connectMysql(serverUrl(this.url));
    // Errors reach the caller through the statement under way.
    connection.on("error", () => undefined);
    if (this.#isClosed) {
      connection.destroy();
      throw new Error("the feed lock was closed before this connection stood");
    }
    await connection.query(`SET SESSION wait_timeout = ${leaseSeconds}`);
    return connection;
  }

  #drop(): void {
    if (this.#connection) this.#former.add(this.#connection.threadId);
    this.#connection?.destroy();
    this.#connection = null;
  }
}

async function withinPatience(work: Promise<unknown>): Promise<void> {
  await withinTime(patienceMs, work.catch(() => undefined), () => undefined);
}

/** Whether mysql2's own time limit for a statement has passed. */
function isLate(error: unknown): boolean {
  return (error as { readonly code?: string }).code === "PROTOCOL_SEQUENCE_TIMEOUT";
}
