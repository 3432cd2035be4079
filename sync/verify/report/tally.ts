import type { Catalog } from "../../../schema/catalog.js";
import type { Entity } from "../../../schema/entity.js";
import type { Store } from "../../../stores/ports.js";
import type { Deviation, Difference, Report, TableReport } from "./report.js";

const mostKept = 1_000;

/** Counts what was compared and keeps the first differences. */
export class Tally {
  readonly #tables = new Map<string, TableReport>();
  readonly #differences: Difference[] = [];
  readonly #repaired: Difference[] = [];
  readonly #began = new Date();

  /** Tables are reported in the order of the stores, then of the catalog. */
  constructor(stores: readonly Store[], catalog: Catalog) {
    for (const { name: store } of stores) {
      for (const { table } of catalog.entities) this.#tables.set(
        `${store} ${table}`, { store, table, rows: 0, entries: 0, differences: 0, explained: 0, repaired: 0, undecided: 0 },
      );
    }
  }

  counted(store: Store, entity: Entity, what: "rows" | "entries" | "undecided", number: number): void {
    this.#tables.get(`${store.name} ${entity.table}`)![what] += number;
  }

  found(deviations: readonly Deviation[]): void {
    for (const difference of deviations.flatMap(({ differences }) => differences)) this.#add(
      this.#differences, difference, difference.deadLetter === undefined ? "differences" : "explained",
    );
  }

  repaired(deviations: readonly Deviation[]): void {
    for (const difference of deviations.flatMap(({ differences }) => differences)) this.#add(this.#repaired, difference, "repaired");
  }

  report(): Report {
    const tables = [...this.#tables.values()];
    return {
      equal: tables.every(({ differences, explained, undecided }) => differences + explained + undecided === 0),
      tables, differences: this.#differences, repaired: this.#repaired, startedAt: this.#began.toISOString(),
      tookMs: Date.now() - this.#began.getTime(),
    };
  }

  #add(to: Difference[], difference: Difference, what: "differences" | "explained" | "repaired"): void {
    this.#tables.get(`${difference.store} ${difference.table}`)![what]++;
    if (to.length < mostKept) to.push(difference);
  }
}
