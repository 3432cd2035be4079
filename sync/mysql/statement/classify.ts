import type { QueryEvent } from "../binlog/event.js";
import { alterTable } from "./alter-table.js";
import { createTable } from "./create-table.js";
import { type Effect, type Followed, none } from "./effect.js";
import { changesRows, concerns } from "./row-statements.js";
import { dropTables, renameTables, truncateTable } from "./table-statements.js";
import { NotUnderstood, Tokens } from "./tokens.js";

/**
 * Says what the statement may have done to the followed tables.
 * The world is closed: only what this folder lists as harmless counts as harmless (invariant 10). A statement that is not listed, or goes
 * on in an unknown way, may have changed any followed table, if it concerns their database.
 */
export function effectOf(event: QueryEvent, followed: Followed): Effect {
  try {
    return understood(event, Tokens.of(event), followed);
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    if (!concerns(event, followed)) return none;
    const all = followed.tables;
    return { ...none, rows: all, columns: all, what: "may have been changed by a statement that is not understood", isUnderstood: false };
  }
}

function understood(event: QueryEvent, tokens: Tokens, followed: Followed): Effect {
  const first = tokens.word;
  if (first === "LOAD" && !isIndexLoad(tokens)) return changesRows(event, followed);
  if (rowVerbs.has(first) || tokens.peek()?.text === "(") return changesRows(event, followed);
  if (tokens.hasAny(harmlessVerbs)) return none;
  tokens.take();
  switch (first) {
    case "TRUNCATE": return truncateTable(tokens, followed);
    case "DROP": return drop(tokens, followed);
    case "RENAME": return tokens.has("USER") ? none : renameTables(tokens, followed);
    case "ALTER": return alter(tokens, followed);
    case "CREATE": return create(event, tokens, followed);
    case "ANALYZE": case "OPTIMIZE": case "CHECK": case "CHECKSUM": case "REPAIR": return maintain(first, tokens, followed);
    case "SET": if (settings.has(tokens.word)) return none; break;
    case "LOAD": return none;
  }
  throw new NotUnderstood();
}

/** Statements that read or change rows. The server logs a statement that only reads when it calls a function that changes rows. */
const rowVerbs = new Set(["INSERT", "REPLACE", "UPDATE", "DELETE", "SELECT", "WITH", "VALUES", "TABLE", "CALL", "DO", "HANDLER"]);
const harmlessVerbs = new Set(["GRANT", "REVOKE", "FLUSH", "RESET", "CACHE", "INSTALL", "UNINSTALL", "RELEASE"]);
/** SET PASSWORD, SET DEFAULT ROLE, SET ROLE, SET RESOURCE GROUP. */
const settings = new Set(["PASSWORD", "DEFAULT", "ROLE", "RESOURCE"]);
/** Things other than tables that can be made, altered and dropped: none of them holds rows of a table. */
const objects = new Set(["VIEW", "TRIGGER", "EVENT", "FUNCTION", "PROCEDURE", "PACKAGE", "LIBRARY", "USER", "ROLE", "SERVER", "TABLESPACE",
  "UNDO", "LOGFILE", "RESOURCE", "SEQUENCE", "SPATIAL", "INSTANCE", "DATABASE", "SCHEMA", "PREPARE"]);
/** Words that stand before such a thing and never before a table. */
const attributes = new Set(["DEFINER", "ALGORITHM", "SQL", "AGGREGATE", "UNIQUE", "FULLTEXT", "INDEX"]);

function isIndexLoad(tokens: Tokens): boolean {
  return tokens.peek(1)?.text.toUpperCase() === "INDEX";
}

function drop(tokens: Tokens, followed: Followed): Effect {
  if (tokens.has("TEMPORARY")) return none;
  if (tokens.has("TABLE") || tokens.has("TABLES")) return dropTables(tokens, followed);
  if (tokens.has("DATABASE") || tokens.has("SCHEMA")) {
    tokens.has("IF", "EXISTS");
    return databaseGone(tokens, followed);
  }
  if (tokens.has("INDEX")) {
    tokens.has("IF", "EXISTS");
    const isKey = tokens.identifier().toUpperCase() === "PRIMARY";
    tokens.must("ON");
    const rows = isKey ? followed.named(tokens.table()) : [];
    return rows.length === 0 ? none : { ...none, rows, what: "lost its primary key" };
  }
  if (tokens.hasAny(objects)) return none;
  throw new NotUnderstood();
}

function alter(tokens: Tokens, followed: Followed): Effect {
  if (tokens.hasAny(objects) || tokens.hasAny(attributes)) return none;
  // MariaDB's IGNORE: it deletes rows that a new unique index forbids.
  tokens.has("ONLINE");
  const isIgnoring = tokens.has("IGNORE");
  tokens.must("TABLE");
  return alterTable(tokens, followed, isIgnoring);
}

function create(event: QueryEvent, tokens: Tokens, followed: Followed): Effect {
  const isReplacing = tokens.has("OR", "REPLACE");
  if (isReplacing && (tokens.has("DATABASE") || tokens.has("SCHEMA"))) return databaseGone(tokens, followed);
  if (tokens.hasAny(objects) || tokens.hasAny(attributes)) return none;
  const isTemporary = tokens.has("TEMPORARY");
  tokens.must("TABLE");
  return createTable(event, tokens, followed, { isReplacing, isTemporary });
}

/** ANALYZE and the like only look at rows, or write them again as they are. REPAIR may change them. */
function maintain(verb: string, tokens: Tokens, followed: Followed): Effect {
  if (!tokens.has("NO_WRITE_TO_BINLOG")) tokens.has("LOCAL");
  // In MariaDB any other statement may follow ANALYZE, and the server runs it.
  if (!tokens.has("TABLE")) tokens.must("TABLES");
  if (verb !== "REPAIR") return none;
  const names = [tokens.table()];
  while (tokens.has(",")) names.push(tokens.table());
  return { ...none, rows: followed.allNamed(names), what: "was repaired, which may lose or move rows" };
}

function databaseGone(tokens: Tokens, followed: Followed): Effect {
  if (!followed.isOurs(tokens.identifier())) return none;
  return { ...none, rows: followed.tables, columns: followed.tables, what: "was dropped with its database" };
}
