import type { QueryEvent } from "../binlog/event.js";
import { dialectOf, Lexer } from "./lexer.js";

/** The beginning of a longer statement is enough to tell it from others. */
const mostLetters = 200;
/** How many digests are counted; those seen first are kept. */
const mostDigests = 1_000;

/** The statement without its values, which may be confidential. All statements of one kind have the same digest. */
export function digestOf(event: QueryEvent): string {
  const lexer = new Lexer(event.statement, dialectOf(event));
  let text = "";
  for (let token = lexer.next(); token && text.length < mostLetters; token = lexer.next()) {
    const isValue = token.kind === "string" || /^\d/.test(token.text);
    const part = isValue ? "?" : token.kind === "name" ? `\`${token.text}\`` : token.text;
    text += (text === "" || /^[,.);]/.test(part) || /[.(]$/.test(text) ? "" : " ") + part;
  }
  return text.slice(0, mostLetters);
}

/** Counts how often each kind of statement came, within bounded memory. */
export class Repeated {
  readonly #times = new Map<string, number>();

  count(digest: string): number {
    const times = (this.#times.get(digest) ?? 0) + 1;
    if (times > 1 || this.#times.size < mostDigests) this.#times.set(digest, times);
    return times;
  }
}
