import type { Entity, Fields, Lookup, Owner, Reference } from "../../schema/entity.js";
import type { Field, FieldType } from "../../schema/fields.js";

/** Declares entities in few words, for tests that need some of their own. */

type Target = Pick<Entity, "table">;

interface Declared extends Field {
  /** The entity whose key the field holds. */
  readonly references?: Target;
}

interface Declaration {
  readonly description: string;
  readonly key: readonly string[];
  readonly fields: Readonly<Record<string, Declared>>;
  readonly owner: Owner;
  readonly lookups?: readonly Lookup[];
  readonly search?: readonly string[];
}

export function entity(table: string, { fields, lookups = [], search = [], ...rest }: Declaration): Entity {
  const plain: Record<string, Field> = {};
  const found: Reference[] = [];
  for (const [name, { references: target, ...field }] of Object.entries(fields)) {
    plain[name] = field;
    if (target) found.push({ name: referenceName(name, target), fields: [name], to: target.table, description: field.description });
  }
  return Object.freeze({ table, ...rest, fields: plain satisfies Fields, references: found, lookups, search });
}

function referenceName(column: string, { table }: Target): string {
  const camel = (text: string) => text.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return column.endsWith("_id") ? camel(column.slice(0, -3)) : `${camel(column)}${camel(`_${table}`)}`;
}

const field = (type: FieldType, fieldClass: string, description: string): Declared =>
  ({ type, class: fieldClass, description, nullable: false });

export const int64 = (c: string, description: string) => field({ kind: "int64" }, c, description);
export const int32 = (c: string, description: string) => field({ kind: "int32" }, c, description);
export const boolean = (c: string, description: string) => field({ kind: "boolean" }, c, description);
export const date = (c: string, description: string) => field({ kind: "date" }, c, description);
export const timestamp = (c: string, description: string) => field({ kind: "timestamp" }, c, description);
export const string = (maxLength: number, c: string, description: string) => field({ kind: "string", maxLength }, c, description);
export const decimal = (precision: number, scale: number, c: string, description: string) =>
  field({ kind: "decimal", precision, scale }, c, description);
export const choice = (values: readonly string[], c: string, description: string) => field({ kind: "choice", values }, c, description);

/** A foreign key to `target`. */
export const reference = (target: Target, c: string, description: string): Declared =>
  ({ ...field({ kind: "int64" }, c, description), references: target });

/** The same field, but SQL NULL is a value too. */
export const nullable = (declared: Declared): Declared => ({ ...declared, nullable: true });

/** Every table of the commerce schema has these two. */
export const stamps = {
  created_at: timestamp("public", "When the row was first written, UTC."),
  last_updated: timestamp("public", "When the row was last written, UTC."),
};
