import { isOneErrorApart } from "./spelling.js";
import { type Piece, piecesOf } from "./words.js";

/** A term of what a person typed. */
export interface Word {
  readonly term: string;
  /** Whether it may be the beginning of a longer word. */
  readonly begun: boolean;
  /** Whether one typing error in it may be forgiven. */
  readonly forgiving: boolean;
}

/**
 * A longer text finds nothing, so that the price of one query stays bounded. A run without
 * spaces has many terms, each of which costs little.
 */
const [maxWords, maxTerms] = [32, 256];

/**
 * The terms of a query, each once; none if the query can find nothing. The last word may be begun, unless a sign stands after it: `C++` is
 * not the beginning of `cotton`.
 * An asterisk asks for just that.
 */
export function wordsOf(text: string): readonly Word[] {
  const words = new Map<string, Word>();
  let last: Piece | undefined;
  let isRepeated = false, whole = 0;
  for (const piece of piecesOf(text)) {
    const { term, kind, isPaired } = piece;
    if (isPaired) continue;
    isRepeated = words.has(term);
    if (!isRepeated && kind === "word") whole++;
    words.set(term, { term, begun: false, forgiving: kind === "word" && isForgivable(term) });
    if (whole > maxWords || words.size > maxTerms) return [];
    last = piece;
  }
  if (last?.kind === "word" && !isRepeated && /^[\s*]*$/.test(text.slice(last.end))) words.set(
    last.term, { ...words.get(last.term)!, begun: true },
  );
  return [...words.values()];
}

/** Short words have too many neighbours, and a code or a number that differs in one character is another one. */
function isForgivable(term: string): boolean {
  const { length } = [...term];
  return length >= 4 && length <= 40 && !/\p{N}/u.test(term);
}

/** Whether a term of a row is what the word means. Even with errors forgiven, the first letter must be right. */
export function isMeant({ term, begun, forgiving }: Word, found: string, forgiven: boolean): boolean {
  if (found === term || (begun && found.startsWith(term))) return true;
  return forgiven && forgiving && [...found][0] === [...term][0] && isOneErrorApart(term, found);
}
