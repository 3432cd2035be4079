import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { type Entity, type Lookup, lookupTable, type Row } from "../../schema/entity.js";
import type { Store } from "../../stores/ports.js";

/** The field that only grows. */
export const counter = "units_sold";

/** What was read of one store in one phase. */
export interface Tally {
  reads: number;
  /** Reads that showed less than an earlier one of the same kind. */
  backward: number;
  /** How far behind the worst of them was. */
  furthest: number;
  /** Reads without a row that was there before, and was never deleted. */
  absent: number;
  /** Calls without an answer: a store that is away or not prepared does not go back. */
  unanswered: number;
}

const ways = ["by key", "by lookup"] as const;

/**
 * Polls the hot rows of one store as fast as it answers, by key and by lookup. Each way of reading has
 * a memory of its own, because an index may lag.
 */
export class Reader {
  readonly #seen = new Map<string, number>();
  readonly tallies = new Map<string, Tally>();
  #phase = "";
  #isWithout = false;
  readonly #lookup: Lookup;

  constructor(readonly store: Store, readonly salesOrder: Entity, readonly keys: readonly string[], readonly owner: string) {
    this.#lookup = salesOrder.lookups.find((each) => lookupTable(salesOrder, each) === "sales_order_by_counterparty_id")!;
  }

  /** Counts under this name from now on. */
  enter(phase: string): void {
    this.#phase = phase;
  }

  /** Runs while the reader's table is dropped. What was there before is gone, and comes again. Later reads must not go back either. */
  async without(table: Promise<void>): Promise<void> {
    this.#isWithout = true;
    await table;
    this.#seen.clear();
    this.#isWithout = false;
  }

  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      for (const way of ways) {
        try {
          const rows = await (way === "by key" ? this.#byKey() : this.#byLookup());
          for (const key of this.keys) this.#look(way, key, rows.get(key) ?? null);
        } catch {
          this.#tally().unanswered++;
          await sleep(20);
        }
        await setImmediate();
      }
    }
  }

  async #byKey(): Promise<ReadonlyMap<string, Row>> {
    const rows = await this.store.rows!.get(this.salesOrder, this.keys.map((key) => [key]));
    return new Map(rows.flatMap((row) => (row ? [[row.sales_order_id as string, row] as const] : [])));
  }

  async #byLookup(): Promise<ReadonlyMap<string, Row>> {
    const { rows } = await this.store.rows!.list(
      this.salesOrder, this.#lookup, this.owner, { limit: 2 * this.keys.length, from: null, backward: false },
    );
    return new Map(rows.map((row) => [row.sales_order_id as string, row]));
  }

  #look(way: string, key: string, row: Row | null): void {
    if (this.#isWithout) return;
    const name = `${way} ${key}`, before = this.#seen.get(name), tally = this.#tally();
    tally.reads++;
    if (row === null) {
      if (before !== undefined) tally.absent++;
      return;
    }
    const now = row[counter] as number;
    if (before !== undefined && now < before) {
      tally.backward++;
      tally.furthest = Math.max(tally.furthest, before - now);
    } else this.#seen.set(name, now);
  }

  #tally(): Tally {
    let tally = this.tallies.get(this.#phase);
    if (!tally) this.tallies.set(this.#phase, tally = { reads: 0, backward: 0, furthest: 0, absent: 0, unanswered: 0 });
    return tally;
  }
}
