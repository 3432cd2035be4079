import type { Field, FieldType, Value } from "./fields.js";

export type Fields = Readonly<Record<string, Field>>;

/** A row, by column name of the system of record. */
export type Row = Readonly<Record<string, Value>>;

/** The values of `entity.key`, in its order. A truth value is the text `true` or `false`. */
export type Key = readonly (string | number)[];

/** Fields that hold the key of another row. */
export interface Reference {
  /** The object behind it in the API: `agreedDeliveryLocation`. */
  readonly name: string;
  /** They hold the target's key, in its order. The row refers to nothing while one of them is null. */
  readonly fields: readonly string[];
  /** The table of the entity it leads to. */
  readonly to: string;
  readonly description: string;
}

/**
 * An access path from a referenced row to the rows that name it: `counterparty.salesOrders`.
 * Entries are ordered by (`orderBy`, key), both in `direction`.
 */
export interface Lookup {
  /** The field it adds to the referenced entity, in the API's spelling: `salesOrders`. */
  readonly name: string;
  readonly by: string;
  readonly orderBy: string;
  readonly direction: "asc" | "desc";
  readonly description: string;
}

/**
 * Which rows a viewer with a row scope (a partner) may see:
 * - `everyone`: reference data, the same for all;
 * - `hidden`: none; so it is where the catalog has no rule;
 * - `field`: rows whose field holds the key in the viewer's claim;
 * - `through`: rows whose first non-null of these references leads to a row the viewer may see;
 * - `referenced`: only when reached from a row the viewer may see, never by key or by search.
 */
export type Owner =
  | { readonly kind: "everyone" | "hidden" | "referenced" }
  | { readonly kind: "field"; readonly field: string }
  | { readonly kind: "through"; readonly references: readonly string[] };

/** An entity is plain data. */
export interface Entity {
  /** Table in the system of record. Names the entity everywhere below the API. */
  readonly table: string;
  /** The API's name of its type, if it is not the one derived from the table. */
  readonly name?: string;
  readonly description: string;
  readonly key: readonly string[];
  /** The key is a unique index, not the primary key, so the binary log does not name it. */
  readonly isUniqueIndex?: true;
  readonly fields: Fields;
  readonly references: readonly Reference[];
  /** The rule for every row scope, or one for each, by the table of the scope's entity. */
  readonly owner: Owner | { readonly kind: "by scope"; readonly of: Readonly<Record<string, Owner>> };
  readonly lookups: readonly Lookup[];
  /** Fields the full-text search looks into, subject to the viewer's field rules. */
  readonly search: readonly string[];
}

/** The rule for the rows of this scope. What has no rule is denied. */
export function ownerFor({ owner }: Pick<Entity, "owner">, scope: string): Owner {
  if (owner.kind !== "by scope") return owner;
  return owner.of[scope] ?? { kind: "hidden" };
}

/** Every rule of the entity, of whatever scope. */
export function ownersOf({ owner }: Pick<Entity, "owner">): readonly Owner[] {
  return owner.kind === "by scope" ? Object.values(owner.of) : [owner];
}

/** The reference that this field alone holds, if there is one. */
export function referenceOf(of: Entity, field: string): Reference | undefined {
  return of.references.find(({ fields }) => fields.length === 1 && fields[0] === field);
}

export function keyOf(of: Entity, row: Row): Key {
  return of.key.map((name) => {
    const value = row[name] as string | number | boolean;
    return typeof value === "boolean" ? String(value) : value;
  });
}

/** The field's value that stands in a key as this part. A part that no value of the field has stays as it is. */
export function keyValue({ kind }: FieldType, part: string | number): string | number | boolean {
  return kind === "boolean" && (part === "true" || part === "false") ? part === "true" : part;
}

/** Writes a key as one string, the same for equal keys only: a document id, a map key, a line in a report. */
export function keyText(key: Key): string {
  return key.length === 1 ? String(key[0]) : key.map((part) => String(part).replace(/[\\,]/g, "\\$&")).join(",");
}

/** The name of a lookup's own table: `sales_order_by_counterparty_id`. The second by one field also says its order. */
export function lookupTable(of: Entity, { by, orderBy, direction }: Lookup): string {
  const first = of.lookups.find((each) => each.by === by);
  const isFirst = !first || (first.orderBy === orderBy && first.direction === direction);
  return isFirst ? `${of.table}_by_${by}` : `${of.table}_by_${by}_${orderBy}_${direction}`;
}

/** Where a row stands in its lookup: the `orderBy` value, then the key. It is also a page's cursor. */
export function entryOf(of: Entity, lookup: Lookup, row: Row): readonly Value[] {
  return [row[lookup.orderBy] ?? null, ...keyOf(of, row)];
}
