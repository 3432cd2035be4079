import { type Client, type QueryOptions, types } from "cassandra-driver";
import { Severed } from "../../ports.js";
import { classified } from "../errors.js";
import { Gate } from "./gate.js";

/** A statement to prepare, and its parameters by position. */
export interface Statement {
  readonly query: string;
  readonly params: readonly unknown[];
}

/**
 * A connected keyspace. Every request passes one gate, so a connection never has more in flight
 * than it can carry, however much is asked at once.
 * Every error leaves as one of the three kinds of failure.
 */
export class Session implements AsyncDisposable {
  readonly #gate = new Gate(maxInFlight);
  #lost: string | null = null;

  /** `everyNodeHoldsAll`: whether each node of the data centre has a copy of every partition. */
  constructor(private readonly client: Client, readonly place: string, readonly keyspace: string, readonly everyNodeHoldsAll: boolean) {}

  /**
   * From now on the next caller learns that a node went down, and perhaps came back, while no request was under
   * way. What that node had confirmed may be gone.
   */
  watch(): this {
    this.client.on("hostDown", ({ address }: { readonly address: string }) => { this.#lost = address; });
    return this;
  }

  /** @throws Retriable, Invalid, StoreRefusal */
  execute(query: string, params: readonly unknown[] = [], options: QueryOptions = prepared): Promise<types.ResultSet> {
    return this.#ask(query, () => this.client.execute(query, params as unknown[], options));
  }

  /** Sends several writes in one request. Those that share a partition are one mutation of the replica. */
  async batch(statements: readonly Statement[]): Promise<void> {
    const [first, ...others] = statements;
    if (!first) return;
    if (others.length === 0) await this.execute(first.query, first.params);
    else await this.#ask(first.query, () => this.client.batch(statements as { query: string; params: unknown[] }[], together));
  }

  async #ask<T>(query: string, request: () => Promise<T>): Promise<T> {
    await this.#gate.enter();
    try {
      this.#tellLost(query);
      return await request();
    } catch (error) {
      throw classified(this.place, subjectOf(query), error);
    } finally {
      this.#gate.leave();
    }
  }

  /** @throws Severed once for all nodes that went down since the last time */
  #tellLost(query: string): void {
    const node = this.#lost;
    this.#lost = null;
    if (node) throw new Severed(`${this.place}: ${subjectOf(query)}`, `the connection to ${node} broke before`);
  }

  /** Yields all rows, one page in memory at a time. */
  async *pages(query: string, params: readonly unknown[], pageSize: number): AsyncGenerator<readonly types.Row[]> {
    let pageState: string | null = null;
    do {
      const page = await this.execute(
        query, params, { ...prepared, autoPage: false, fetchSize: pageSize, ...(pageState && { pageState }) },
      );
      pageState = page.pageState;
      if (page.rows.length > 0) yield page.rows;
    } while (pageState);
  }

  /** Changes the schema, and returns once all nodes know the change. */
  async define(statement: string): Promise<void> {
    await this.execute(statement, [], { prepare: false, isIdempotent: false, readTimeout: 60_000 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.shutdown();
  }
}

/** Figures for one node: 20k inserts/s at 64 in flight, 33k at 512, no more beyond. */
const maxInFlight = 512;

const prepared: QueryOptions = Object.freeze({ prepare: true });
const together: QueryOptions = Object.freeze({ prepare: true, logged: false });

/** `INSERT sales_order`: enough of a statement for a message. */
function subjectOf(query: string): string {
  const table = /\b(?:INTO|FROM|UPDATE|TABLE)\s+(?:IF NOT EXISTS\s+)?"?([\w.]+)/.exec(query)?.[1] ?? "";
  return `${query.split(" ", 1)[0]} ${table}`.trim();
}
