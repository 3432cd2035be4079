import { type Effect, type Followed, none } from "./effect.js";
import type { TableName, Tokens } from "./tokens.js";

/** TRUNCATE [TABLE] name */
export function truncateTable(tokens: Tokens, followed: Followed): Effect {
  tokens.has("TABLE");
  const name = tokens.table();
  waiting(tokens);
  tokens.end();
  const emptied = followed.exactly(name);
  if (emptied !== null) return { ...none, emptied };
  return { ...none, rows: followed.named(name), what: "may have been emptied: whether capitals matter in its name depends on the server" };
}

/** DROP TABLE [IF EXISTS] name, … */
export function dropTables(tokens: Tokens, followed: Followed): Effect {
  tokens.has("IF", "EXISTS");
  const names = [tokens.table()];
  while (tokens.has(",")) names.push(tokens.table());
  if (!tokens.has("RESTRICT")) tokens.has("CASCADE");
  waiting(tokens);
  tokens.end();
  const gone = followed.allNamed(names);
  return { ...none, rows: gone, columns: gone, what: "was dropped" };
}

/** RENAME TABLE name TO name, … */
export function renameTables(tokens: Tokens, followed: Followed): Effect {
  if (!tokens.has("TABLE")) tokens.must("TABLES");
  tokens.has("IF", "EXISTS");
  const names: TableName[] = [];
  do {
    names.push(tokens.table());
    waiting(tokens);
    tokens.must("TO");
    names.push(tokens.table());
  } while (tokens.has(","));
  tokens.end();
  return renamed(names, followed);
}

export function renamed(names: readonly TableName[], followed: Followed): Effect {
  const moved = followed.allNamed(names);
  return { ...none, rows: moved, columns: moved, what: "was renamed, or another table took its name" };
}

/** Reads MariaDB's WAIT n, NOWAIT. */
export function waiting(tokens: Tokens): void {
  if (tokens.has("WAIT")) tokens.take();
  else tokens.has("NOWAIT");
}
