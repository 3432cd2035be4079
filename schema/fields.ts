import type { FieldType } from "./kinds/kinds.js";

export type { Value } from "./kinds/kind.js";
export type { FieldKind, FieldType } from "./kinds/kinds.js";

export interface Field<T extends FieldType = FieldType> {
  readonly type: T;
  /** Decides which roles may read the field; see `policy.ts`. */
  readonly class: string;
  readonly description: string;
  readonly nullable: boolean;
  /** The server counts the values from 1. */
  readonly serial?: true;
  /** The API's name of it, if it is not the one derived from the column. */
  readonly name?: string;
}
