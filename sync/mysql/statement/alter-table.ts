import { changeOf } from "./alter-change.js";
import { type Effect, type Followed, none } from "./effect.js";
import type { Token } from "./lexer.js";
import { waiting } from "./table-statements.js";
import { type TableName, Tokens } from "./tokens.js";

/**
 * Reads ALTER TABLE name, then changes separated by commas. Of a table outside the catalog only a change that moves rows of others matters.
 */
export function alterTable(tokens: Tokens, followed: Followed, isIgnoring: boolean): Effect {
  tokens.has("IF", "EXISTS");
  const name = tokens.table(), ours = followed.named(name);
  waiting(tokens);
  // `REORGANIZE PARTITION p1, p2 INTO …`: such a change is the only one of its statement, and has commas of its own.
  const [first, second] = [tokens.word, tokens.peek(1)];
  const isOfPartitions = first !== "" && second?.kind === "word" && second.text.toUpperCase() === "PARTITION";
  const parts: Token[][] = isOfPartitions ? [[...tokens.rest()]] : [];
  while (!tokens.atEnd) parts.push(tokens.part());

  const declares = (column: string) => ours.some((table) => followed.declares(table, column));
  const changes = parts.map((part) => changeOf(Tokens.from(part, tokens.database), declares));
  const others = followed.allNamed(changes.flatMap((change, i) => change.others ?? mentioned(parts[i]!, tokens.database)));
  const harms = changes.map(({ what }) => what).filter((what) => what !== null);
  const what = isIgnoring ? "was altered with IGNORE, which deletes rows" : harms[0];
  if (what === undefined) return { ...none, columns: ours };
  const rows = [...new Set([...ours, ...others])];
  return { ...none, rows, columns: rows, what, isUnderstood: changes.every(({ others: named }) => named !== null) };

  /** What the change means is not known, so any name in it may be that of a table. */
  function mentioned(part: readonly Token[], database: string): TableName[] {
    const names = part.filter(({ kind }) => kind === "word" || kind === "name").map(({ text }) => text);
    const databases = [database, ...names.filter((text) => followed.isOurs(text))];
    return databases.flatMap((of) => names.map((table) => ({ database: of, table })));
  }
}
