import type { Catalog } from "../../../schema/catalog.js";
import type { TableName } from "./tokens.js";

/** What a logged statement may have done to the followed tables that no row event tells. */
export interface Effect {
  /** The table that the statement certainly emptied. */
  readonly emptied: string | null;
  /** Tables whose rows the statement may have changed. */
  readonly rows: readonly string[];
  /** Tables whose columns, or their order, the statement may have changed. */
  readonly columns: readonly string[];
  /** What happened to `rows`. */
  readonly what: string;
  /** False when the statement does not say which rows it changed, or is not a known one. */
  readonly isUnderstood: boolean;
}

export const none: Effect = { emptied: null, rows: [], columns: [], what: "", isUnderstood: true };

/** The tables that are followed, and the columns of each that matter. */
export class Followed {
  readonly tables: readonly string[];
  readonly #columns: ReadonlyMap<string, ReadonlySet<string>>;

  constructor(readonly database: string, catalog: Catalog) {
    this.tables = catalog.entities.map(({ table }) => table);
    this.#columns = new Map(catalog.entities.map(({ table, fields }) => [table, new Set(Object.keys(fields).map(folded))]));
  }

  isOurs(database: string): boolean {
    return folded(database) === folded(this.database);
  }

  /** The tables that the name may stand for: whether capitals matter in it depends on the server. */
  named({ database, table }: TableName): readonly string[] {
    return this.isOurs(database) ? this.tables.filter((ours) => folded(ours) === folded(table)) : [];
  }

  allNamed(names: readonly TableName[]): readonly string[] {
    return [...new Set(names.flatMap((name) => this.named(name)))];
  }

  /** The table that the name stands for on every server. */
  exactly({ database, table }: TableName): string | null {
    return database === this.database && this.tables.includes(table) ? table : null;
  }

  declares(table: string, column: string): boolean {
    return this.#columns.get(table)!.has(folded(column));
  }
}

/** MySQL never tells column names apart by capitals. */
export function folded(name: string): string {
  return name.toLowerCase();
}
