import type { FieldType } from "./fields.js";

/** What a server says of its tables: exactly, and without a word of what they mean. Plain data, so that a store can keep it. */
export interface Shape {
  readonly tables: readonly TableShape[];
}

export interface TableShape {
  readonly name: string;
  readonly comment: string;
  /** Whether it can be followed: a view has no rows of its own. */
  readonly isView?: true;
  readonly columns: readonly ColumnShape[];
  /** The primary key, or the unique index that MySQL takes in its place; empty when a row has no identity. */
  readonly key: readonly string[];
  /** The key is a unique index: there is no primary key. */
  readonly isUniqueIndex?: true;
  readonly foreignKeys: readonly ForeignKey[];
}

export interface ColumnShape {
  readonly name: string;
  /** Null for a type that cannot be followed. */
  readonly type: FieldType | null;
  readonly nullable: boolean;
  readonly comment: string;
  /** The server counts the values from 1 (AUTO_INCREMENT). */
  readonly serial?: true;
  /** The type as MySQL writes it: `decimal(12,2)`. */
  readonly declared: string;
}

export interface ForeignKey {
  readonly columns: readonly string[];
  readonly to: string;
  /** The columns of the other table, in the order of `columns`. */
  readonly toColumns: readonly string[];
}
