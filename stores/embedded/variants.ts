import type { Entity } from "../../schema/entity.js";
import type { Connection } from "./connection.js";
import type { Word } from "./search-words.js";
import { wordTable } from "./tables.js";

/** Index entries looked through for one word and for all of a search, and words taken of one's: the price of errors stays bounded. */
const [maxNeighbours, maxNeighboursOfAll] = [50_000, 400_000];
const maxVariants = 20;

/** Index entries to look through for each word of a search that asks for so many. */
export function neighboursFor(words: number): number {
  return Math.min(maxNeighbours, Math.floor(maxNeighboursOfAll / Math.max(1, words)));
}

/**
 * Words that stand in `fields` of some row and are one typing error away from a word, the commonest first. The first
 * letter is taken to be right, so that only its words are looked through. No other field's words are (invariant 6).
 */
export function variantsOf(db: Connection, of: Entity, fields: readonly string[], word: Word, neighbours: number): readonly string[] {
  const spelling = folded(word.text);
  if (!forgivable(spelling)) return [];
  const [first] = spelling;
  const length = [...spelling].length;
  return db.statement(`
    SELECT term, sum(doc) AS rows FROM (SELECT term, col, doc FROM ${wordTable(of)} WHERE term >= ? AND term < ? LIMIT ?)
    WHERE length(term) BETWEEN ? AND ? AND col IN (${fields.map(() => "?").join(", ")}) GROUP BY term ORDER BY rows DESC, term`)
    .all([first!, `${first}\u{10ffff}`, neighbours, length - 1, length + 1, ...fields])
    .map(([term]) => term as string)
    .filter((term) => isOneErrorApart(spelling, term))
    .slice(0, maxVariants);
}

/** As the search index spells it: without case and marks. */
function folded(word: string): string {
  return word.normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase();
}

/** Short words have too many neighbours, and a number one digit away is another number. */
function forgivable(spelling: string): boolean {
  const { length } = [...spelling];
  return length >= 4 && length <= 40 && !/^\p{N}+$/u.test(spelling);
}

/** One letter missing, added, wrong, or two neighbours swapped; equal words are not one error apart. */
export function isOneErrorApart(a: string, b: string): boolean {
  const [x, y] = [[...a], [...b]];
  if (Math.abs(x.length - y.length) > 1 || a === b) return false;
  let start = 0;
  while (start < x.length && x[start] === y[start]) start++;
  const tail = (of: readonly string[], from: number) => of.slice(from).join("");
  return tail(x, start + 1) === tail(y, start + 1)
    || tail(x, start + 1) === tail(y, start)
    || tail(x, start) === tail(y, start + 1)
    || (x[start] === y[start + 1] && x[start + 1] === y[start] && tail(x, start + 2) === tail(y, start + 2));
}
