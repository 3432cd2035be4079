import type { BinlogStart, Column, QueryEvent } from "../event.js";

/** A column as the server's own tables describe it, in the units of `Column`. */
export type DefinedColumn = Pick<Column, "name" | "type" | "nullable" | "unsigned" | "visible" | "charset" | "members" | "length"
  | "precision" | "scale">;

export interface TableDefinition {
  /** All columns, in the table's order. */
  readonly columns: readonly DefinedColumn[];
  readonly primaryKey: readonly number[];
}

/** Gives the reader what a log with MINIMAL metadata leaves out. The reader asks in the log's order. */
export interface TableDefinitions {
  /** Reads the definitions as they are now, for what the log has after `start`. The reader waits for it before it decodes any of that. */
  renew(start: BinlogStart, signal: AbortSignal): Promise<void>;
  /** Takes note of a statement; true when the definitions must be renewed before what follows it. `gtid` is '' when it has none. */
  passed(statement: QueryEvent, gtid: string): boolean;
  /** What holds for rows logged at this point, or the reason why that cannot be known. */
  of(database: string, table: string): TableDefinition | string;
}

/** What a table map says of a column without naming it; only some columns have `unsigned` and `charset`. */
export type UnnamedColumn = Pick<Column, "type" | "nullable" | "length" | "precision"
  | "scale"> & Partial<Pick<Column, "unsigned" | "charset">>;

/** Says why rows of these columns cannot be of the table so defined; null when both sides agree. */
export function mismatch(logged: readonly UnnamedColumn[], { columns }: TableDefinition): string | null {
  if (logged.length !== columns.length) return `the log has ${logged.length} columns, the table ${columns.length}`;
  for (const [i, column] of logged.entries()) {
    const defined = columns[i]!;
    for (const fact of ["type", "nullable", "unsigned", "charset", "length", "precision", "scale"] as const) {
      if (column[fact] !== undefined && column[fact] !== defined[fact])
        return `column ${i + 1} has ${fact} ${column[fact]} in the log, and ${defined[fact]} as ${defined.name} in the table`;
    }
  }
  return null;
}
