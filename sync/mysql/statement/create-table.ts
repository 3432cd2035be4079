import type { QueryEvent } from "../binlog/event.js";
import { type Effect, type Followed, none } from "./effect.js";
import { callsOnlyOwnFunctions, changesRows } from "./row-statements.js";
import type { Tokens } from "./tokens.js";

/**
 * Reads CREATE TABLE [IF NOT EXISTS] name …. If the table was there already, the statement does nothing. If
 * it was not, an earlier statement took it away.
 * So the statement matters only if it replaces a table (MariaDB), or fills it by a query. The rows of that query are events only in a
 * session that logs rows; then the server logs the statement without the query.
 */
export function createTable(event: QueryEvent, tokens: Tokens, followed: Followed, { isReplacing, isTemporary }: Made): Effect {
  tokens.has("IF", "NOT", "EXISTS");
  const made = isTemporary ? [] : followed.named(tokens.table()), rest = [...tokens.rest()];
  const words = rest.map(({ kind, text }) => (kind === "word" ? text.toUpperCase() : ""));
  const isFilled = words.some((word, i) => word === "SELECT" || word === "TABLE" || (word === "VALUES" && words[i + 1] === "ROW"));
  // A new table has no triggers, so only a function of the query could change other tables.
  if (isFilled && !callsOnlyOwnFunctions(event)) return { ...changesRows(event, followed), columns: made };
  const rows = isFilled || isReplacing ? made : [];
  return {
    ...none, rows, columns: made,
    what: isReplacing ? "was dropped and made again" : "was filled by a statement logged as text",
  };
}

interface Made { readonly isReplacing: boolean; readonly isTemporary: boolean }
