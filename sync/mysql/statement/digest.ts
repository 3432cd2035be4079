import type { QueryEvent } from "../binlog/event.js";
import { dialectOf, Lexer } from "./lexer.js";

/** Of a longer statement the beginning tells it from others. */
const mostLetters = 200;
/** Of the digests counted; those seen first are kept. */
const mostDigests = 1_000;

/** The statement without its values, which may be nobody's to read: the same for each of its kind. */
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

/** How often each kind of statement came, within bounded memory. */
export class Repeated {
  readonly #times = new Map<string, number>();

  count(digest: string): number {
    const times = (this.#times.get(digest) ?? 0) + 1;
    if (times > 1 || this.#times.size < mostDigests) this.#times.set(digest, times);
    return times;
  }
}
