import { type Entity, type Key, type Row, keyText } from "../schema/entity.js";
import type { Value } from "../schema/fields.js";
import type { Store } from "../stores/ports.js";
import { heldRows } from "./held-rows.js";
import { mostLooks, SecondLook } from "./second-look.js";
import type { Source } from "./source.js";

/** One thing a store has otherwise than the source. */
export interface Difference {
  readonly store: string;
  readonly table: string;
  /** Set when it is an entry of this lookup that is wrong, and not the row. */
  readonly lookup?: string;
  readonly key: Key;
  /** `ghost`: the source has no such row (or entry). */
  readonly kind: "missing" | "ghost" | "value";
  readonly field?: string;
  readonly source?: Value;
  readonly found?: Value;
}

export interface TableReport {
  readonly store: string;
  readonly table: string;
  /** Rows compared, and entries of lookups kept apart from the rows. */
  rows: number;
  entries: number;
  differences: number;
}

export interface Report {
  readonly equal: boolean;
  readonly tables: readonly TableReport[];
  /** The first hundred. */
  readonly differences: readonly Difference[];
}

const mostShown = 100;
/** Counts what was compared and keeps what differs. */
export class Comparison {
  readonly #tables = new Map<string, TableReport>();
  readonly #differences: Difference[] = [];
  readonly secondLook: SecondLook;

  constructor(readonly source: Source, readonly stores: readonly Store[], readonly signal: AbortSignal) {
    this.secondLook = new SecondLook(source, signal);
  }

  counted(store: Store, entity: Entity, what: "rows" | "entries", number: number): void {
    this.#table(store, entity)[what] += number;
  }

  found(store: Store, entity: Entity, differences: readonly Difference[]): void {
    this.#table(store, entity).differences += differences.length;
    this.#differences.push(...differences.slice(0, mostShown - this.#differences.length));
  }

  /** Rows at the same index belong to the same key. Keys whose rows differ are read again from both sides. */
  async compare(store: Store, entity: Entity, keys: readonly Key[], wanted: readonly (Row | null)[], is: readonly (Row | null)[]): Promise<void> {
    let suspects = keys.map((key, i) => ({ key, wanted: wanted[i]! })).filter((suspect, i) => !sameRow(entity, suspect.wanted, is[i]!));
    for (let look = 1; suspects.length > 0; look++) {
      await this.secondLook.at(store);
      this.signal.throwIfAborted();
      // The store first: what it holds is then no newer than what the source is seen to have.
      const held = await store.rows!.get(entity, suspects.map(({ key }) => key));
      const now = await heldRows(this.source, entity, suspects.map(({ key }) => key));
      const differing = suspects.map(({ key, wanted: before }, i) => ({ key, wanted: now[i]!, is: held[i]!, unchanged: sameRow(entity, now[i]!, before) }))
        .filter((each) => !sameRow(entity, each.wanted, each.is));
      suspects = look < mostLooks ? differing.filter(({ unchanged }) => !unchanged) : [];
      for (const each of differing) if (each.unchanged || look === mostLooks) this.found(store, entity, differencesOf(store, entity, each.key, each.wanted, each.is));
    }
  }

  report(): Report {
    const tables = [...this.#tables.values()];
    return { equal: tables.every(({ differences }) => differences === 0), tables, differences: unique(this.#differences) };
  }

  #table(store: Store, entity: Entity): TableReport {
    const name = `${store.name} ${entity.table}`;
    const table = this.#tables.get(name) ?? { store: store.name, table: entity.table, rows: 0, entries: 0, differences: 0 };
    this.#tables.set(name, table);
    return table;
  }
}

export function sameRow(entity: Entity, a: Row | null, b: Row | null): boolean {
  if (a === null || b === null) return a === b;
  for (const name in entity.fields) if (a[name] !== b[name]) return false;
  return true;
}

export function differencesOf(store: Store, entity: Entity, key: Key, wanted: Row | null, is: Row | null, lookup?: string): Difference[] {
  const about = { store: store.name, table: entity.table, ...(lookup !== undefined && { lookup }), key };
  if (!wanted) return is ? [{ ...about, kind: "ghost" }] : [];
  if (!is) return [{ ...about, kind: "missing" }];
  return Object.keys(entity.fields).filter((field) => wanted[field] !== is[field])
    .map((field) => ({ ...about, kind: "value", field, source: wanted[field]!, found: is[field] ?? null }));
}

/** A wrong value is met from both sides. */
function unique(differences: readonly Difference[]): Difference[] {
  const seen = new Map(differences.map((d) => [[d.store, d.table, d.lookup, keyText(d.key), d.kind, d.field].join("\0"), d]));
  return [...seen.values()];
}

/** `cassandra sales_order 17: unit_price is "1.00", in MySQL "1.50"`. */
export function formatDifference({ store, table, lookup, key, kind, field, source, found }: Difference): string {
  const where = `${store} ${table} ${keyText(key)}${lookup === undefined ? "" : `, lookup ${lookup}`}`;
  switch (kind) {
    case "missing": return `${where}: is missing`;
    case "ghost": return `${where}: is there, and not in MySQL`;
    case "value": return `${where}: ${field} is ${JSON.stringify(found)}, in MySQL ${JSON.stringify(source)}`;
  }
  kind satisfies never;
}
