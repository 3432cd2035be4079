import type { Entity } from "../../schema/entity.js";
import type { SearchTarget } from "../ports.js";
import { encodeValue } from "./codec.js";
import type { Bound } from "./connection.js";
import { isUnfit } from "./errors.js";
import { quoted } from "./tables.js";

export interface Condition {
  readonly sql: string;
  readonly values: readonly Bound[];
}

/** Where to look, in this store's words: at least one field that is indexed, and rows that can exist. */
export interface Target {
  readonly entity: Entity;
  readonly fields: readonly string[];
  readonly scope: Condition | null;
}

/** Null for a target in which nothing can be found. */
export function targetOf({ entity, fields, scope }: SearchTarget): Target | null {
  const indexed = entity.search.filter((name) => fields.includes(name));
  if (indexed.length === 0) return null;
  if (scope === null) return { entity, fields: indexed, scope };
  const value = scopeValue(entity, scope);
  return value === null ? null : { entity, fields: indexed, scope: { sql: `AND ${quoted(entity.table)}.${quoted(scope.field)} = ?`, values: [value] } };
}

/** What rows in the scope have; null when none can, as for a scope of null. */
function scopeValue(entity: Entity, { field: name, value }: NonNullable<SearchTarget["scope"]>): Bound {
  const field = entity.fields[name];
  if (!field) throw new Error(`${entity.table} has no field ${name} to limit a search by`);
  try {
    return encodeValue(name, field, value);
  } catch (error) {
    if (isUnfit(error)) return null;
    throw error;
  }
}
