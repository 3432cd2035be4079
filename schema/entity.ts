import type { Field, FieldType, Referable, ReferenceField, Value } from "./fields.js";

export type Fields = Readonly<Record<string, Field>>;

/** A row, by column name of the system of record. */
export type Row = Readonly<Record<string, Value>>;

/** The values of `entity.key`, in its order. */
export type Key = readonly (string | number)[];

type NameOf<F> = keyof F & string;
type ReferenceOf<F> = { [N in NameOf<F>]: F[N] extends ReferenceField ? N : never }[NameOf<F>];
type SearchableOf<F> = { [N in NameOf<F>]: F[N]["type" & keyof F[N]] extends { kind: "string" | "int64" } ? N : never }[NameOf<F>];

/**
 * An access path from a referenced row to the rows that name it: `counterparty.salesOrders`.
 * Entries are ordered by (`orderBy`, key), both in `direction`.
 */
export interface Lookup<By extends string = string, Order extends string = string> {
  /** The field it adds to the referenced entity, in the API's spelling: `salesOrders`. */
  readonly name: string;
  readonly by: By;
  readonly orderBy: Order;
  readonly direction: "asc" | "desc";
  readonly description: string;
}

/**
 * Which rows a viewer with a row scope (a partner) may see:
 * - `everyone`: reference data, the same for all;
 * - `field`: rows whose field holds the viewer's counterparty;
 * - `through`: rows whose first non-null of these references leads to a row the viewer may see;
 * - `referenced`: only when reached from a row the viewer may see, never by key or by search.
 */
export type Owner<F extends string = string, R extends string = string> =
  | { readonly kind: "everyone" }
  | { readonly kind: "field"; readonly field: F }
  | { readonly kind: "through"; readonly references: readonly R[] }
  | { readonly kind: "referenced" };

export interface Entity<F extends Fields = Fields> extends Referable {
  /** Table in the system of record, snake_case: `sales_order`. Names the entity everywhere below the API. */
  readonly table: string;
  readonly description: string;
  readonly key: readonly string[];
  readonly fields: F;
  readonly owner: Owner;
  readonly lookups: readonly Lookup[];
  /** Fields the full-text search looks into, subject to the viewer's field rules. */
  readonly search: readonly string[];
}

export interface Declaration<F extends Fields> {
  readonly description: string;
  readonly key: readonly NameOf<F>[];
  readonly fields: F;
  readonly owner: Owner<NameOf<F>, ReferenceOf<F>>;
  readonly lookups?: readonly Lookup<ReferenceOf<F>, NameOf<F>>[];
  readonly search?: readonly SearchableOf<F>[];
}

/** Declares an entity. A key, owner, lookup or search field that names no such field does not compile. */
export function entity<const F extends Fields>(table: string, declaration: Declaration<F>): Entity<F> {
  return Object.freeze({ table, lookups: [], search: [], ...declaration });
}

type ValueOf<T extends FieldType> = T extends { kind: "choice"; values: infer V extends readonly string[] } ? V[number]
  : ValueOfKind[T["kind"]];

/** A kind that is missing here does not compile. */
interface ValueOfKind {
  int64: string; int32: number; decimal: string; string: string; boolean: boolean; date: string; timestamp: string; choice: string;
}

/** The row type of a declaration, for code that knows its entity. */
export type RowOf<E extends Entity> = {
  readonly [N in keyof E["fields"]]: ValueOf<E["fields"][N]["type"]> | (E["fields"][N]["nullable"] extends true ? null : never);
};

export function keyOf(of: Entity, row: Row): Key {
  return of.key.map((name) => row[name] as string | number);
}

/** Writes a key as one string, the same for equal keys only: a document id, a map key, a line in a report. */
export function keyText(key: Key): string {
  return key.length === 1 ? String(key[0]) : key.map((part) => String(part).replace(/[\\,]/g, "\\$&")).join(",");
}

/** The name of a lookup's own table: `sales_order_by_counterparty_id`. */
export function lookupTable(of: Entity, lookup: Lookup): string {
  return `${of.table}_by_${lookup.by}`;
}

/** Where a row stands in its lookup: the `orderBy` value, then the key. It is also a page's cursor. */
export function entryOf(of: Entity, lookup: Lookup, row: Row): readonly Value[] {
  return [row[lookup.orderBy] ?? null, ...keyOf(of, row)];
}
