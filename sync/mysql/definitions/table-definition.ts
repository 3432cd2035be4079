import type { DefinedColumn, TableDefinition } from "../binlog/rows/definitions.js";
import { type ColumnRecord, factsOf } from "../row/columns.js";

/** A row of `information_schema.columns`, with what a whole definition needs. */
export interface WholeColumnRecord extends ColumnRecord {
  readonly TABLE_NAME: string;
  readonly IS_NULLABLE: string;
  readonly EXTRA: string;
}

/** The table as its log would describe it, or why the server's description is not enough. */
export function definitionOf(records: readonly WholeColumnRecord[], key: readonly string[]): TableDefinition | string {
  const columns: DefinedColumn[] = [];
  for (const record of records) {
    const column = definedColumn(record);
    if (typeof column === "string") return `column ${record.COLUMN_NAME} ${column}`;
    columns.push(column);
  }
  return { columns, primaryKey: key.map((name) => columns.findIndex((column) => column.name === name)) };
}

function definedColumn(record: WholeColumnRecord): DefinedColumn | string {
  const facts = factsOf(record);
  if (!facts) return `is ${record.COLUMN_TYPE}, which cannot be followed`;
  const isMember = facts.type === "enum" || facts.type === "set";
  // The server shows members in another character set, and with escapes that do not always lead back to the text.
  if (isMember && (facts.charset === "binary" || facts.charset === "" || record.COLUMN_TYPE.includes("\\")))
    return "has members whose exact text the server does not show";
  return {
    ...facts,
    charset: facts.charset === "utf8" ? "utf8mb3" : facts.charset,
    nullable: record.IS_NULLABLE === "YES",
    visible: !/\bINVISIBLE\b/.test(record.EXTRA),
  };
}
