import type { Row } from "./entity.js";
import type { Value } from "./fields.js";

/**
 * What a foreign key does to its rows by itself. `copy`: its work cannot be derived, so its table is copied again. Null: it changes none.
 */
export type Rule = "cascade" | "set null" | "copy" | null;

/** A foreign key that changes rows by itself, in a database that does not log such changes. */
export interface ForeignKey {
  readonly name: string;
  /** The table that has the key, and the columns of it. */
  readonly entity: string;
  readonly fields: readonly string[];
  /** The table that it references, and the columns there, in the order of `fields`. */
  readonly parent: string;
  readonly references: readonly string[];
  readonly onDelete: Rule;
  readonly onUpdate: Rule;
}

/** The values of these fields; null if one of them is NULL, because such a row references nothing. */
export function valuesOf(row: Row, fields: readonly string[]): readonly Value[] | null {
  const values = fields.map((name) => row[name] ?? null);
  return values.includes(null) ? null : values;
}

/** Writes values as one string, the same for equal ones only. */
export function valuesText(values: readonly Value[]): string {
  return JSON.stringify(values);
}

/** These tables, and all whose rows may change with rows of these. */
export function tablesBelow(foreignKeys: readonly ForeignKey[], tables: readonly string[]): readonly string[] {
  const found = new Set(tables);
  for (const table of found) for (const { parent, entity } of foreignKeys) if (parent === table) found.add(entity);
  return [...found];
}
