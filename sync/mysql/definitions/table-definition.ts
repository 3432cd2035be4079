import type { DefinedColumn, TableDefinition } from "../binlog/rows/definitions.js";
import { type ColumnRecord, factsOf } from "../row/columns.js";

/** A row of `information_schema.columns`, with what a whole definition needs. */
export interface WholeColumnRecord extends ColumnRecord {
  readonly TABLE_NAME: string;
  readonly IS_NULLABLE: string;
  readonly EXTRA: string;
  readonly CHARACTER_OCTET_LENGTH: number | string | null;
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
    length: lengthOf(record, facts),
  };
}

/** The length in the units of `Column.length`. */
function lengthOf(record: WholeColumnRecord, { type, length, members }: Pick<DefinedColumn, "type" | "length" | "members">): number {
  switch (type) {
    case "bit": return length;
    case "float": return 4;
    case "double": return 8;
    case "char": case "varchar": return Number(record.CHARACTER_OCTET_LENGTH);
    case "text": return prefixes[record.DATA_TYPE.toLowerCase().replace(/text|blob/, "")]!;
    case "json": case "geometry": case "vector": return 4;
    case "enum": return members.length > 255 ? 2 : 1;
    case "set": return members.length > 32 ? 8 : Math.ceil(members.length / 8);
    case "tinyint": case "smallint": case "mediumint": case "int": case "bigint": case "decimal": case "year":
    case "date": case "time": case "datetime": case "timestamp": case "null": return 0;
  }
  return type satisfies never;
}

const prefixes: Readonly<Record<string, number>> = { tiny: 1, "": 2, medium: 3, long: 4 };
