/** Letters that Unicode does not decompose, as people without them on their keyboard write them. */
const plain: Readonly<Record<string, string>> = { ł: "l", ø: "o", đ: "d", ħ: "h", æ: "ae", œ: "oe", ð: "d", þ: "th", ς: "σ" };

/**
 * Accents, Hebrew and Arabic vowel points, the Arabic stretching sign, and invisible characters. Vowel
 * signs of Thai or Hindi are letters, and stay.
 */
const marks =
  /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Folds a word to what all its spellings have in common: without case, accents, ligatures and widths.
 * Lower case alone leaves `ß` apart from `SS`, and upper case leaves `ẞ`, so a word passes through
 * both. JavaScript has no case folding of its own.
 */
export function fold(word: string): string {
  if (!/[^\x00-\x7f]/.test(word)) return word.toLowerCase();
  return word.normalize("NFKD").replace(marks, "").toLowerCase().toUpperCase().toLowerCase()
    .replace(/[łøđħæœðþς]/g, (letter) => plain[letter]!).normalize("NFC");
}
