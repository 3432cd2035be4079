import type { Entity, Row } from "../../schema/entity.js";

/** A row as it was written. `held`: whether the catalog's types can hold it; if not, every store must refuse it. */
export interface Image {
  readonly row: Row;
  readonly held: boolean;
}

/**
 * Rows that are too many to keep one by one, all made by one statement: `table` from the catalog,
 * its keys from `from` on, and what each holds.
 */
export interface Filled {
  readonly table: string;
  readonly from: number;
  readonly rows: number;
  readonly imageOf: (key: string) => Image;
}

/** Remembers what was committed, apart from MySQL and from everything under test. Keys are texts. */
export class Ledger {
  readonly #tables = new Map<string, Map<string, Image>>();
  #filled: readonly Filled[] = [];

  /** The filled rows of a table; no other transaction writes to these keys. */
  filled({ table }: Entity): readonly Filled[] {
    return this.#filled.filter((each) => each.table === table);
  }

  table({ table }: Entity): ReadonlyMap<string, Image> {
    return this.#of(table);
  }

  get rows(): number {
    return [...this.#tables.values()].reduce((sum, table) => sum + table.size, 0) + this.#filled.reduce((sum, { rows }) => sum + rows, 0);
  }

  /** Copies the ledger as it is now, so that the copy can go another way. */
  copy(): Ledger {
    const copy = new Ledger();
    for (const [table, images] of this.#tables) copy.#tables.set(table, new Map(images));
    copy.#filled = this.#filled;
    return copy;
  }

  /** Adds what a transaction did, once it is known to be committed. */
  commit(draft: Draft): void {
    for (const table of draft.emptied) this.#of(table).clear();
    this.#filled = [...this.#filled.filter(({ table }) => !draft.emptied.has(table)), ...draft.filled];
    for (const [table, images] of draft.images) {
      for (const [key, image] of images) {
        if (image) this.#of(table).set(key, image);
        else this.#of(table).delete(key);
      }
    }
  }

  #of(table: string): Map<string, Image> {
    let images = this.#tables.get(table);
    if (!images) this.#tables.set(table, images = new Map());
    return images;
  }
}

/** The ledger as a transaction that is not yet committed sees it. */
export class Draft {
  readonly images = new Map<string, Map<string, Image | null>>();
  readonly emptied = new Set<string>();
  readonly filled: Filled[] = [];

  constructor(readonly ledger: Ledger) {}

  get(of: Entity, key: string): Image | null {
    const own = this.images.get(of.table)?.get(key);
    if (own !== undefined || this.emptied.has(of.table)) return own ?? null;
    return this.ledger.table(of).get(key) ?? null;
  }

  set({ table }: Entity, key: string, image: Image | null): void {
    const images = this.images.get(table) ?? new Map<string, Image | null>();
    this.images.set(table, images.set(key, image));
  }
}
