import type { Token } from "./lexer.js";

/** Whether a foreign key among these tokens changes rows by itself: `ON DELETE CASCADE`, `ON UPDATE SET NULL`. */
export function addsCascade(tokens: readonly Token[]): boolean {
  const words = tokens.map(({ kind, text }) => (kind === "word" ? text.toUpperCase() : ""));
  return words.some((word, i) => word === "ON" && (words[i + 1] === "DELETE" || words[i + 1] === "UPDATE")
    && (words[i + 2] === "CASCADE" || (words[i + 2] === "SET" && (words[i + 3] === "NULL" || words[i + 3] === "DEFAULT"))));
}
