import { fold } from "./fold.js";

/**
 * The version of how texts become terms, the same for rows and for queries, in every store. A store keeps the number with its search index.
 * A change that gives any text other terms must raise it; sync then builds the index again.
 */
export const wordsVersion = 2;

/** A term, and where in the text it stands. */
export interface Piece {
  readonly term: string;
  readonly start: number;
  readonly end: number;
  /** A word between spaces or signs, which may be begun or misspelt; or, in a text without spaces, a letter or two of them. */
  readonly kind: "word" | "letter" | "pair";
  /** Whether it is in a pair as well: then a query asks for the pair. */
  readonly isPaired: boolean;
}

/** Only so many characters of a longer word count, because no engine takes a term of any length. */
const longestTerm = 100;

// Scripts written without spaces, or, as Korean, with endings that grow onto the words.
const unspaced =
  "(?=[\\p{sc=Hani}\\p{sc=Hira}\\p{sc=Kana}\\u30fc\\u3031-\\u3035\\uff70"
    + "\\p{sc=Bopo}\\p{sc=Hang}\\p{sc=Thai}\\p{sc=Laoo}\\p{sc=Khmr}\\p{sc=Mymr}])";
/** What belongs to the letter before it: marks, half-width voicing signs, joiners and soft hyphens. */
const attached = "[\\p{M}\\uff9e\\uff9f\\u00ad\\u061c\\u200c-\\u200f\\u2060\\ufeff]";
const letter = "[\\p{L}\\p{N}\\p{Co}]";
const unit = `${unspaced}${letter}${attached}*`;
/** `©`, `™` and arrows are left out, because people leave them out. */
const pictogram = "(?![\\u00a9\\u00ae\\u2000-\\u21ff])\\p{Extended_Pictographic}";
const pattern = new RegExp(`(?<run>(?:${unit})+)|(?<sign>${pictogram})|(?:(?!${unspaced})${letter}${attached}*)+`, "gu");
// The same for texts of words only, in half the time.
const [onlyWords, notWords] = [new RegExp(`(?:${letter}${attached}*)+`, "gu"), new RegExp(`${unspaced}|\\p{Extended_Pictographic}`, "u")];
const units = new RegExp(unit, "gu");

/**
 * Yields the terms of a text. A word is one term. In a run of letters written without spaces, each letter and each pair of neighbours is
 * one, so that any part of the run is found.
 * A pictogram is a term by itself; all other signs count as space.
 */
export function* piecesOf(text: string): Generator<Piece> {
  for (const match of text.matchAll(pattern)) {
    const { run, sign } = match.groups as { run?: string; sign?: string };
    const [found, start] = [match[0], match.index];
    if (run !== undefined) yield* partsOf(run, start);
    else if (sign !== undefined) yield { term: sign, start, end: start + sign.length, kind: "letter", isPaired: false };
    // `½` stands for more than one word.
    else for (const term of termsIn(found)) yield { term, start, end: start + found.length, kind: "word", isPaired: false };
  }
}

const lettersOf = (folded: string): readonly string[] => folded.match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu) ?? [];
const termsIn = (word: string): readonly string[] => lettersOf(fold(word)).map(cut);

function* partsOf(run: string, offset: number): Generator<Piece> {
  const letters = Array.from(run.matchAll(units), ({ 0: found, index }) =>
    ({ term: cut(lettersOf(fold(found)).join("")), start: offset + index, end: offset + index + found.length }))
    // A filler is a letter that stands for nothing.
    .filter(({ term }) => term !== "");
  for (const [i, letter] of letters.entries()) {
    yield { ...letter, kind: "letter", isPaired: letters.length > 1 };
    const next = letters[i + 1];
    if (next) yield { term: cut(letter.term + next.term), start: letter.start, end: next.end, kind: "pair", isPaired: false };
  }
}

/** Lists the terms of a text, for an index. Most texts are short and plain, and this is ten times as fast for them. */
export function termsOf(text: string): readonly string[] {
  if (!/[^\x00-\x7f]/.test(text)) {
    const terms = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
    return text.length > longestTerm ? terms.map(cut) : terms;
  }
  if (!notWords.test(text)) return text.match(onlyWords)?.flatMap(termsIn) ?? [];
  return Array.from(piecesOf(text), ({ term }) => term);
}

function cut(term: string): string {
  return term.length <= longestTerm ? term : [...term].slice(0, longestTerm).join("");
}
