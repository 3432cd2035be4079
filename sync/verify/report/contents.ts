import { type Entity, type Key, type Lookup, lookupTable, type Row } from "../../../schema/entity.js";
import type { Store } from "../../../stores/ports.js";
import { nameOf, type Reasons } from "./reasons.js";
import type { Difference } from "./report.js";

/** What verify compares of a table: its rows, or the entries that a store keeps of one of its lookups, by these fields. */
export interface Content {
  readonly entity: Entity;
  readonly lookup: Lookup | null;
  readonly fields: readonly string[];
}

/** Everything a store keeps of an entity. */
export function contentsOf(store: Store, entity: Entity): readonly Content[] {
  const entries = entity.lookups.map((lookup): Content => ({ entity, lookup, fields: store.audit.entryFields(entity, lookup) }));
  return [{ entity, lookup: null, fields: Object.keys(entity.fields) }, ...entries.filter(({ fields }) => fields.length > 0)];
}

/** Whether the row belongs to the content. */
export function isIn({ lookup }: Content, row: Row | null): row is Row {
  return row !== null && (lookup === null || row[lookup.by] !== null);
}

export function sameIn(fields: readonly string[], a: Row | null, b: Row | null): boolean {
  return a === null || b === null ? a === b : fields.every((name) => a[name] === b[name]);
}

/** Lists how the held row differs from the wanted one, field by field. The dead letters may have the reason for a missing one. */
export function differencesOf(
  store: Store, { entity, lookup, fields }: Content, key: Key, wanted: Row | null, held: Row | null, reasons: Reasons,
): Difference[] {
  const about = { store: store.name, table: entity.table, ...(lookup && { lookup: lookupTable(entity, lookup) }), key };
  if (!wanted) return held ? [{ ...about, kind: "ghost" }] : [];
  const deadLetter = reasons.get(nameOf(entity.table, key));
  if (!held) return [{ ...about, kind: "missing", ...(deadLetter !== undefined && { deadLetter }) }];
  return fields.filter((field) => wanted[field] !== held[field])
    .map((field) => ({ ...about, kind: "value", field, source: wanted[field]!, found: held[field] ?? null }));
}
