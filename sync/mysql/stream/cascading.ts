import type { Catalog } from "../../../schema/catalog.js";
import type { Cascade, Hit } from "../../../schema/change.js";
import type { Value } from "../../../schema/fields.js";
import { type ForeignKey, tablesBelow, valuesText } from "../../../schema/foreign-key.js";
import type { Version } from "../../../schema/position.js";
import { Unheld } from "../../../schema/unheld.js";
import type { Row, RowsEvent, Value as Raw } from "../binlog/event.js";
import { valueReader } from "../row/values.js";
import { folded } from "../statement/effect.js";

/** The foreign keys that change rows without a trace in the log, as far as they are known at this place of it. */
export class Cascading {
  #keys: readonly ForeignKey[] = [];

  constructor(readonly catalog: Catalog) {}

  get keys(): readonly ForeignKey[] {
    return this.#keys;
  }

  renew(keys: readonly ForeignKey[]): void {
    this.#keys = keys;
  }

  /** The parents that the catalog does not have. */
  get strangers(): readonly string[] {
    return this.#keys.map(({ parent }) => parent).filter((parent) => !this.catalog.has(parent));
  }

  has(name: string): boolean {
    return this.#keys.some((key) => folded(key.name) === folded(name));
  }

  /** The catalog's tables among these, and those whose rows change with theirs. Whether capitals matter depends on the server. */
  below(tables: readonly string[]): readonly string[] {
    const names = new Set(tables.map(folded));
    const known = [...this.catalog.entities.map(({ table }) => table), ...this.#keys.map(({ parent }) => parent)];
    return tablesBelow(this.#keys, known.filter((table) => names.has(folded(table)))).filter((table) => this.catalog.has(table));
  }

  /** What follows from these changes of a parent's rows; null when nothing does. */
  of(event: RowsEvent, version: Version): Cascade | null {
    const keys = this.#keys.filter(({ parent }) => parent === event.table.table);
    if (keys.length === 0 || !event.checksForeignKeys) return null;
    const hits = keys.flatMap((key) => this.#hits(key, event));
    return hits.length === 0 ? null : { op: "cascade", version, hits, foreignKeys: this.#keys };
  }

  #hits(foreignKey: ForeignKey, { rows }: RowsEvent): readonly Hit[] {
    const { references, onDelete, onUpdate } = foreignKey;
    const unknown: Hit = { foreignKey, was: null, now: null };
    const hits = new Map<string, Hit>();
    for (const { before, after } of rows) {
      if (!before || (after ? onUpdate : onDelete) === null) continue;
      const old = references.map((name) => before[name]);
      if (old.includes(null) || (after && old.every((value, i) => value !== undefined && same(value, after[references[i]!])))) continue;
      if ((after ? onUpdate : onDelete) === "copy") return [unknown];
      const was = this.#read(foreignKey, before), now = after && this.#read(foreignKey, after);
      // A column of another name: it is not the one that was known.
      if (!was || (after && !now)) return [unknown];
      hits.set(valuesText(was), { foreignKey, was, now });
    }
    return [...hits.values()];
  }

  /** The values as the child's fields hold them; null if one of them cannot be held, or is not there. */
  #read({ entity, fields, references }: ForeignKey, row: Row): readonly Value[] | null {
    const declared = this.catalog.entity(entity).fields;
    try {
      return fields.map((name, i) => valueReader(name, { ...declared[name]!, nullable: true })(row[references[i]!]));
    } catch (error) {
      if (error instanceof Unheld) return null;
      throw error;
    }
  }
}

function same(a: Raw, b: Raw): boolean {
  return Buffer.isBuffer(a) && Buffer.isBuffer(b) ? a.equals(b) : a === b;
}
