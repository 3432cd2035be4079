/**
 * The kinds of field a declaration may use, and the JavaScript value each has in a `Row`.
 *
 * | kind      | value                                                     | example                         |
 * |-----------|-----------------------------------------------------------|---------------------------------|
 * | int64     | decimal digits as a string, -2^63 to 2^63-1               | `"9007199254740993"`            |
 * | int32     | number                                                    | `42`                            |
 * | decimal   | string with exactly `scale` digits after the point        | `"12.50"`                       |
 * | string    | string of at most `maxLength` characters                  | `"Ltd"`                         |
 * | boolean   | boolean                                                   | `true`                          |
 * | date      | `YYYY-MM-DD`                                              | `"2026-02-28"`                  |
 * | timestamp | UTC with microseconds, fixed width, so text order is time | `"2026-02-28T09:30:00.000001Z"` |
 * | choice    | one of `values`                                           | `"SALE"`                        |
 */
export type FieldType =
  | { readonly kind: "int64" }
  | { readonly kind: "int32" }
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  | { readonly kind: "string"; readonly maxLength: number }
  | { readonly kind: "boolean" }
  | { readonly kind: "date" }
  | { readonly kind: "timestamp" }
  | { readonly kind: "choice"; readonly values: readonly string[] };

export type FieldKind = FieldType["kind"];
export type Value = string | number | boolean | null;

/** The class of a field alone decides which roles may read it; see `policy.ts`. */
export const fieldClasses = ["public", "internal", "confidential", "personal"] as const;
export type FieldClass = (typeof fieldClasses)[number];

export interface Field<T extends FieldType = FieldType, N extends boolean = boolean> {
  readonly type: T;
  readonly class: FieldClass;
  readonly description: string;
  readonly nullable: N;
  /** The entity whose key this field holds. */
  readonly references?: Referable;
}

/** What a reference needs to know of its target, so that `fields` does not depend on `entity`. */
export interface Referable {
  readonly table: string;
  readonly key: readonly string[];
}

export interface ReferenceField<N extends boolean = boolean> extends Field<{ kind: "int64" }, N> {
  readonly references: Referable;
}

const field = <T extends FieldType>(type: T, fieldClass: FieldClass, description: string): Field<T, false> =>
  ({ type, class: fieldClass, description, nullable: false });

export const int64 = (c: FieldClass, description: string) => field({ kind: "int64" }, c, description);
export const int32 = (c: FieldClass, description: string) => field({ kind: "int32" }, c, description);
export const boolean = (c: FieldClass, description: string) => field({ kind: "boolean" }, c, description);
export const date = (c: FieldClass, description: string) => field({ kind: "date" }, c, description);
export const timestamp = (c: FieldClass, description: string) => field({ kind: "timestamp" }, c, description);
export const string = (maxLength: number, c: FieldClass, description: string) =>
  field({ kind: "string", maxLength }, c, description);
export const decimal = (precision: number, scale: number, c: FieldClass, description: string) =>
  field({ kind: "decimal", precision, scale }, c, description);
export const choice = <const V extends readonly string[]>(values: V, c: FieldClass, description: string) =>
  field({ kind: "choice", values }, c, description);

/** A foreign key to `target`. */
export const reference = (target: Referable, c: FieldClass, description: string): ReferenceField<false> =>
  ({ ...field({ kind: "int64" }, c, description), references: target });

/** The same field, but SQL NULL is a value too. */
export const nullable = <F extends Field>(f: F): Omit<F, "nullable"> & { readonly nullable: true } =>
  ({ ...f, nullable: true });

/** Every operational table carries these two; the database keeps them. */
export const stamps = {
  created_at: timestamp("public", "When the row was first written, UTC."),
  last_updated: timestamp("public", "When the row was last written, UTC."),
};
