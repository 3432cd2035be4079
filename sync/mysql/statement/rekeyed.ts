import type { QueryEvent } from "../binlog/event.js";
import type { Token } from "./lexer.js";
import { NotUnderstood, type TableName, Tokens } from "./tokens.js";

/** Whether a foreign key among these tokens changes rows by itself: `ON DELETE CASCADE`, `ON UPDATE SET NULL`. */
function addsCascade(tokens: readonly Token[]): boolean {
  const words = tokens.map(wordOf);
  return words.some((word, i) => word === "ON" && (words[i + 1] === "DELETE" || words[i + 1] === "UPDATE")
    && (words[i + 2] === "CASCADE" || (words[i + 2] === "SET" && (words[i + 3] === "NULL" || words[i + 3] === "DEFAULT"))));
}

/** What a statement did to foreign keys that change rows by themselves. */
export interface Rekeyed {
  /** The tables whose rows such a key may have changed until here, or not changed, otherwise than is known. Null: any table. */
  readonly tables: readonly TableName[] | null;
  /** Whether there may be other keys from here on. */
  readonly isOther: boolean;
}

const nothing: Rekeyed = { tables: [], isOther: false };
const anything: Rekeyed = { tables: null, isOther: true };

/** `isFollowed`: whether a foreign key of this name is followed by now. Then it is known what it did until here. */
export function rekeyed(event: QueryEvent, isFollowed: (name: string) => boolean): Rekeyed {
  const tokens = Tokens.of(event), first = tokens.word;
  if (!["ALTER", "CREATE", "DROP", "RENAME"].includes(first)) return nothing;
  try {
    tokens.take();
    tokens.has("OR", "REPLACE");
    tokens.has("ONLINE");
    tokens.has("IGNORE");
    if (tokens.has("TEMPORARY")) return nothing;
    if (first === "DROP" && (tokens.has("DATABASE") || tokens.has("SCHEMA"))) return anything;
    if (!tokens.has("TABLE") && !tokens.has("TABLES")) return nothing;
    tokens.has("IF", "NOT", "EXISTS");
    tokens.has("IF", "EXISTS");
    const name = tokens.table();
    switch (first) {
      case "CREATE": return addsCascade([...tokens.rest()]) ? { tables: [name], isOther: true } : nothing;
      case "ALTER": return altered(name, tokens, isFollowed);
      default: return { tables: [name, ...named(tokens)], isOther: true };
    }
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    return anything;
  }
}

/** A column that is renamed may be a key's: its name changes with it. */
function altered(name: TableName, tokens: Tokens, isFollowed: (name: string) => boolean): Rekeyed {
  const tables: TableName[] = [];
  let isOther = false;
  while (!tokens.atEnd) {
    const part = tokens.part(), [verb, what] = part.map(wordOf);
    const drops = verb === "DROP" && (what === "FOREIGN" || what === "CONSTRAINT");
    const renames = verb === "RENAME" && !["COLUMN", "INDEX", "KEY"].includes(what!);
    if (addsCascade(part) || (drops && !isFollowed(part.at(-1)!.text)) || renames) tables.push(name);
    if (renames) {
      const rest = Tokens.from(part.slice(what === "TO" || what === "AS" ? 2 : 1), tokens.database);
      rest.has("=");
      tables.push(rest.table());
    }
    isOther ||= tables.length > 0 || drops || verb === "CHANGE" || (verb === "RENAME" && what === "COLUMN");
  }
  return { tables, isOther };
}

/** The other names of `DROP TABLE a, b` and `RENAME TABLE a TO b, c TO d`. */
function named(tokens: Tokens): readonly TableName[] {
  const names: TableName[] = [];
  while (tokens.has(",") || tokens.has("TO")) names.push(tokens.table());
  return names;
}

function wordOf({ kind, text }: Token): string {
  return kind === "word" ? text.toUpperCase() : "";
}
