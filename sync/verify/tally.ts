import type { Catalog } from "../../schema/catalog.js";
import type { Entity } from "../../schema/entity.js";
import type { Store } from "../../stores/ports.js";
import type { Difference, Report, TableReport } from "./report.js";

const mostKept = 1_000;

/** Counts what was compared and keeps the first of what differs. */
export class Tally {
  readonly #tables = new Map<string, TableReport>();
  readonly #differences: Difference[] = [];
  readonly #began = new Date();

  /** Tables are reported in the order of the stores, then of the catalog. */
  constructor(stores: readonly Store[], catalog: Catalog) {
    for (const { name: store } of stores) {
      for (const { table } of catalog.entities) this.#tables.set(`${store} ${table}`, { store, table, rows: 0, entries: 0, differences: 0, explained: 0, undecided: 0 });
    }
  }

  counted(store: Store, entity: Entity, what: "rows" | "entries" | "undecided", number: number): void {
    this.#tables.get(`${store.name} ${entity.table}`)![what] += number;
  }

  found(differences: readonly Difference[]): void {
    for (const difference of differences) {
      this.#tables.get(`${difference.store} ${difference.table}`)![difference.deadLetter === undefined ? "differences" : "explained"]++;
    }
    this.#differences.push(...differences.slice(0, mostKept - this.#differences.length));
  }

  report(): Report {
    const tables = [...this.#tables.values()];
    return {
      equal: tables.every(({ differences, explained, undecided }) => differences + explained + undecided === 0),
      tables, differences: this.#differences, startedAt: this.#began.toISOString(), tookMs: Date.now() - this.#began.getTime(),
    };
  }
}
