/** A word as a person typed it. The last may be the beginning of a longer one. */
export interface Word {
  readonly text: string;
  readonly prefix: boolean;
}

/** Beyond this many different words a text is taken to be found nowhere: the price of one query stays bounded. */
export const maxWords = 32;

/** What FTS5's unicode61 tokenizer takes for a word: letters and digits, with the marks that follow them. */
const wordPattern = /[\p{L}\p{N}\p{Co}][\p{L}\p{N}\p{Co}\p{Mn}]*/gu;

/** The words of a text, each once; everything else in it is space. Null when there are too many. */
export function wordsOf(text: string): readonly Word[] | null {
  const found: string[] = text.match(wordPattern) ?? [];
  const last = found.pop();
  if (last === undefined) return [];
  const whole = new Set<string>();
  for (const word of found) if (whole.add(word).size >= maxWords) return null;
  return [...[...whole].map((word) => ({ text: word, prefix: false })), { text: last, prefix: true }];
}

/**
 * An FTS5 expression for rows in which every word occurs in one of `fields`, as typed or as one of its `variants`.
 * Words are quoted and hold letters and digits only, so nothing typed is an operator. The column filter stands
 * before every word: no other field is looked into (invariant 6).
 */
export function expressionOf(words: readonly Word[], fields: readonly string[], variants?: ReadonlyMap<Word, readonly string[]>): string {
  return words.map((word) => {
    const typed = `"${word.text}"${word.prefix ? " *" : ""}`;
    const alternatives = [typed, ...(variants?.get(word) ?? []).map((variant) => `"${variant}"`)];
    return `{${fields.join(" ")}} : (${alternatives.join(" OR ")})`;
  }).join(" AND ");
}
