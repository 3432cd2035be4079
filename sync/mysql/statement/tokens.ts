import type { QueryEvent } from "../binlog/event.js";
import { dialectOf, Lexer, type Token } from "./lexer.js";

export interface TableName {
  readonly database: string;
  readonly table: string;
}

/** The statement is not a known one, or goes on in an unknown way. This error never leaves this folder. */
export class NotUnderstood extends Error {
  override readonly name = "NotUnderstood";
}

/** Reads the tokens of one statement from left to right. Quotes tell names from keywords, and keywords are in capitals here. */
export class Tokens {
  readonly #ahead: Token[] = [];

  constructor(readonly next: () => Token | null, /** The database of names that name none. */ readonly database: string) {}

  static of(event: QueryEvent): Tokens {
    const lexer = new Lexer(event.statement, dialectOf(event));
    return new Tokens(() => lexer.next(), event.database);
  }

  static from(tokens: readonly Token[], database: string): Tokens {
    const all = tokens.values();
    return new Tokens(() => all.next().value ?? null, database);
  }

  /** The n-th token from here, which is not taken. */
  peek(n = 0): Token | null {
    while (this.#ahead.length <= n) {
      const token = this.next();
      if (!token) return null;
      this.#ahead.push(token);
    }
    return this.#ahead[n]!;
  }

  take(): Token | null {
    return this.#ahead.shift() ?? this.next();
  }

  /** The keyword here in capitals; '' when no keyword stands here. */
  get word(): string {
    const token = this.peek();
    return token?.kind === "word" ? token.text.toUpperCase() : "";
  }

  /** Takes these keywords, or marks, if all of them come next. */
  has(...words: readonly string[]): boolean {
    const here = words.every((word, i) => {
      const token = this.peek(i);
      return (token?.kind === "word" || token?.kind === "mark") && token.text.toUpperCase() === word;
    });
    if (here) this.#ahead.splice(0, words.length);
    return here;
  }

  hasAny(words: ReadonlySet<string>): boolean {
    const here = words.has(this.word);
    if (here) this.take();
    return here;
  }

  /** @throws NotUnderstood */
  must(...words: readonly string[]): void {
    if (!this.has(...words)) throw new NotUnderstood();
  }

  get atEnd(): boolean {
    const token = this.peek();
    return token === null || (token.kind === "mark" && token.text === ";" && this.peek(1) === null);
  }

  /** @throws NotUnderstood */
  end(): void {
    if (!this.atEnd) throw new NotUnderstood();
  }

  /** One name, quoted or not. @throws NotUnderstood */
  identifier(): string {
    const token = this.take();
    if (token?.kind !== "word" && token?.kind !== "name") throw new NotUnderstood();
    return token.text;
  }

  /** Reads `table`, `database.table` or `.table`. @throws NotUnderstood */
  table(): TableName {
    if (this.has(".")) return { database: this.database, table: this.identifier() };
    const first = this.identifier();
    return this.has(".") ? { database: first, table: this.identifier() } : { database: this.database, table: first };
  }

  /** Takes what is left, up to the end or to a comma outside parentheses; the comma is taken, too. */
  part(): Token[] {
    const part: Token[] = [];
    for (let depth = 0; !this.atEnd; ) {
      const token = this.take()!;
      if (token.kind === "mark") {
        if (token.text === "," && depth === 0) break;
        depth += token.text === "(" ? 1 : token.text === ")" ? -1 : 0;
      }
      part.push(token);
    }
    return part;
  }

  /** All that is left. */
  *rest(): Generator<Token> {
    for (let token = this.take(); token; token = this.take()) yield token;
  }
}
