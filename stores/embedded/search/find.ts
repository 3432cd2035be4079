import type { Word } from "../../text/query.js";
import type { Bound, Connection } from "../file/connection.js";
import type { TargetQuery } from "./targets.js";
import { variantsOf } from "./variants.js";

/** What a search asks of the file: once for the words as typed, and once with errors forgiven. */
export interface Reading {
  readonly words: readonly Word[];
  readonly queries: readonly TargetQuery[];
  readonly forgiven: boolean;
}

/** A row: the number of its target, the length of its texts, and its values. */
export type Answer = readonly [target: number, length: number, ...values: Bound[]];

/** Searches the file. It runs in a process of its own, because nothing interrupts SQLite from the thread that it blocks. */
export function find(db: Connection, { words, queries, forgiven }: Reading): readonly Answer[] {
  return db.attempt("searching", () => db.transaction("read", () => queries.flatMap(({ target, sql, values, fields, terms }): Answer[] => {
    const expression = forgiven ? forgivingExpression(db, words, fields, terms) : expressionOf(words, fields);
    if (expression === null) return [];
    return db.statement(sql).all([expression, ...values]).map(([length, ...row]) => [target, Number(length), ...row]);
  })));
}

/** Matches what the words as typed miss; null when no term is one error apart from any of them. */
function forgivingExpression(db: Connection, words: readonly Word[], fields: readonly string[], terms: string): string | null {
  const variants = new Map(words.filter(({ forgiving }) => forgiving).map((word) => [word, variantsOf(db, terms, word.term)]));
  if ([...variants.values()].every((found) => found.length === 0)) return null;
  return `(${expressionOf(words, fields, variants)}) NOT (${expressionOf(words, fields)})`;
}

/**
 * An FTS5 expression for rows in which every word occurs in one of `fields`, as typed or as one of its `variants`.
 * Terms are quoted and hold letters and digits only, so nothing typed is an operator. The column filter stands before every word, so no
 * other field is searched (invariant 6).
 */
function expressionOf(words: readonly Word[], fields: readonly string[], variants?: ReadonlyMap<Word, readonly string[]>): string {
  const columns = fields.map((name) => `"${name}"`).join(" ");
  return words.map((word) => {
    const typed = `"${word.term}"${word.begun ? " *" : ""}`;
    const alternatives = [typed, ...(variants?.get(word) ?? []).map((variant) => `"${variant}"`)];
    return `{${columns}} : (${alternatives.join(" OR ")})`;
  }).join(" AND ");
}
