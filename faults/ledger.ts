import type { Entity, Row } from "../schema/entity.js";

/** A row as it was written. `held`: whether the catalog's types can hold it; if not, every store must refuse it. */
export interface Image {
  readonly row: Row;
  readonly held: boolean;
}

/** What was committed, remembered apart from MySQL and from everything that is put to the test. Keys are texts. */
export class Ledger {
  readonly #tables = new Map<string, Map<string, Image>>();

  table({ table }: Entity): ReadonlyMap<string, Image> {
    return this.#of(table);
  }

  get rows(): number {
    return [...this.#tables.values()].reduce((sum, table) => sum + table.size, 0);
  }

  /** What a transaction did, once it is known that it was committed. */
  commit(draft: Draft): void {
    for (const table of draft.emptied) this.#of(table).clear();
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
