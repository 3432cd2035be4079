import type { QueryEvent } from "./binlog/event.js";

/** What a logged statement did to tables other than through rows. */
export interface Harm {
  readonly database: string;
  /** Null when it was the whole database, or when the statement does not say. */
  readonly table: string | null;
  readonly what: string;
}

/** Only the kinds that take rows away or put others in their place; a changed column shows in the next rows' own metadata. */
export function harmsOf(event: QueryEvent, ours: string): readonly Harm[] {
  const statement = withoutComments(event.statement);
  const harms = (names: readonly string[], what: string) => names.map((name) => ({ ...qualified(name, event.database), what }));
  if (event.kind === "dml") {
    // Such a statement is not read, so one that could concern us is taken to do so.
    const database = statement.includes(ours) ? ours : event.database;
    return [{ database, table: null, what: "was changed by a statement logged as text (binlog_format is not ROW)" }];
  }
  if (event.kind !== "ddl") return [];

  const dropped = /^\s*DROP\s+(TABLE|DATABASE|SCHEMA)\s+(?:IF\s+EXISTS\s+)?([\s\S]*)/i.exec(statement);
  if (dropped) return dropped[1]!.toUpperCase() === "TABLE" ? harms(dropped[2]!.split(","), "was dropped") : [{ database: bare(dropped[2]!), table: null, what: "was dropped" }];
  const renamed = /^\s*RENAME\s+TABLES?\s+([\s\S]*)/i.exec(statement);
  if (renamed) return harms(renamed[1]!.split(/,|\s+TO\s+/i), "was renamed, or another table took its name");
  const altered = /^\s*ALTER\s+TABLE\s+([\s\S]*)/i.exec(statement);
  if (!altered) return [];
  const [table = "", rest = ""] = splitName(altered[1]!);
  const newName = /\bRENAME\s+(?!COLUMN\b|INDEX\b|KEY\b)(?:TO\s+|AS\s+|=\s*)?([\s\S]*)/i.exec(rest);
  if (newName) return harms([table, newName[1]!], "was renamed, or another table took its name");
  const moved = /\b(?:(?:DROP|TRUNCATE|EXCHANGE)\s+PARTITION|(?:DISCARD|IMPORT)\s+(?:PARTITION|TABLESPACE))\b/i.test(rest);
  return moved ? harms([table], "lost or gained rows by an operation on partitions or files") : [];
}

/**
 * Which of these tables the statement may have given other columns. It errs on the side of yes: any statement that names the table
 * and is neither a change of rows nor known to leave columns alone.
 */
export function redefines(event: QueryEvent, ours: string, tables: readonly string[]): string[] {
  if (event.kind === "dml" || event.kind === "truncate" || sparing.test(event.statement)) return [];
  const text = event.statement.toLowerCase();
  if (event.database.toLowerCase() !== ours.toLowerCase() && !text.includes(ours.toLowerCase())) return [];
  return tables.filter((table) => new RegExp(`(?<![\\w$])${table}(?![\\w$])`).test(text));
}

const sparing = /^\s*(?:(?:analyze|optimize|repair|flush|grant|revoke)\b|(?:create\s+(?:(?:unique|fulltext|spatial)\s+)?|drop\s+)index\b)/i;

const identifier = "(?:`(?:[^`]|``)+`|[^\\s`.,;()=]+)";
const name = new RegExp(`^\\s*(${identifier}(?:\\s*\\.\\s*${identifier})?)([\\s\\S]*)`);

function splitName(text: string): readonly [string, string] {
  const match = name.exec(text);
  return match ? [match[1]!, match[2]!] : ["", text];
}

function qualified(text: string, database: string): { readonly database: string; readonly table: string } {
  const parts = [...splitName(text)[0].matchAll(new RegExp(identifier, "g"))].map((match) => bare(match[0]));
  return parts.length > 1 ? { database: parts[0]!, table: parts[1]! } : { database, table: parts[0] ?? "" };
}

function bare(text: string): string {
  const [first] = splitName(text);
  return first.startsWith("`") ? first.slice(1, -1).replaceAll("``", "`") : first;
}

/** What stands in an executable comment is kept. */
function withoutComments(statement: string): string {
  return statement.replace(/\/\*(?:!\d*([\s\S]*?)|[\s\S]*?)\*\//g, (_, executed: string | undefined) => ` ${executed ?? ""} `);
}
