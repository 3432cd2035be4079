import type { Connection } from "../file/connection.js";

/**
 * Lists every term of an index that is one typing error away from a word: one letter missing, added, wrong, or two
 * neighbours swapped. The first letter must be right.
 * It looks up only what could be such a term. So the price depends on the word's length and on
 * the letters in use, not on the number of terms.
 * It leaves none out because of others, which would tell about those (invariant 6).
 */
export function variantsOf(db: Connection, terms: string, word: string): readonly string[] {
  const next = db.statement(`SELECT term FROM ${terms} WHERE term >= ? LIMIT 1`);
  const found = new Set<string>();
  const tryOut = (term: string): void => {
    if (term !== word && next.first([term])?.[0] === term) found.add(term);
  };
  const letters = [...word];
  for (let i = 1; i <= letters.length; i++) {
    const prefix = letters.slice(0, i).join("");
    const [first, second, ...others] = letters.slice(i);
    const rest = (from: number) => letters.slice(i + from).join("");
    if (first !== undefined) tryOut(prefix + rest(1));
    if (second !== undefined) tryOut(prefix + second + first! + others.join(""));
    let begun = false;
    for (const letter of lettersAfter(prefix)) {
      begun = true;
      tryOut(prefix + letter + rest(0));
      if (first !== undefined) tryOut(prefix + letter + rest(1));
    }
    if (!begun) break;
  }
  return [...found];

  /** Yields each letter that follows `prefix` in some term, by jumping from one to the next. */
  function* lettersAfter(prefix: string): Generator<string> {
    for (let from = `${prefix}0`; ;) {
      const term = next.first([from])?.[0] as string | undefined;
      if (term === undefined || !term.startsWith(prefix)) return;
      const letter = String.fromCodePoint(term.codePointAt(prefix.length)!);
      yield letter;
      from = prefix + following(letter.codePointAt(0)!);
    }
  }
}

/** The next character in the order of terms; it skips halves of characters. */
function following(code: number): string {
  return String.fromCodePoint(code === 0xd7ff ? 0xe000 : Math.min(code + 1, 0x10ffff));
}
