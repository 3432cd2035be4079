import type { QueryEvent } from "../binlog/event.js";

/** `word`: a keyword, a name without quotes or a number; `name`: a quoted name; `string`: a text literal; `mark`: any other character. */
export interface Token {
  readonly kind: "word" | "name" | "string" | "mark";
  /** Of a name what stands between its quotes; a literal's is left out. */
  readonly text: string;
}

/** What of the session, and of the server that wrote the log, decides how a text divides into tokens. */
export interface Dialect {
  readonly ansiQuotes: boolean;
  readonly backslashEscapes: boolean;
  /** Whether one byte is one character: then the no-break space is a space, elsewhere it is part of a name. */
  readonly singleByte: boolean;
  readonly mariadb: boolean;
  /** Of the server, as version comments write it: 80036, 90600, 101106. */
  readonly version: number;
}

const ANSI_QUOTES = 0x4, NO_BACKSLASH_ESCAPES = 0x100000;
const multiByte = new Set(["utf8mb4", "utf8mb3", "gbk", "gb2312", "gb18030", "big5", "sjis", "cp932", "ujis", "eucjpms", "euckr"]);

export function dialectOf({ sqlMode, charset, serverVersion }: QueryEvent): Dialect {
  // MariaDB once passed for a MySQL of before 10: `5.5.5-10.11.6-MariaDB`.
  const [major = 0, minor = 0, patch = 0] = serverVersion.replace(/^5\.5\.5-/, "").split(/\D+/).map(Number);
  return {
    ansiQuotes: (sqlMode & ANSI_QUOTES) !== 0,
    backslashEscapes: (sqlMode & NO_BACKSLASH_ESCAPES) === 0,
    singleByte: !multiByte.has(charset),
    mariadb: serverVersion.includes("MariaDB"),
    version: major * 10_000 + minor * 100 + patch,
  };
}

/**
 * The tokens of a statement, one at a time, as the server's own lexer (sql_lex.cc) finds them. A comment is no token; of a version
 * comment that this server ran its content is read as if it stood there by itself. The text is a statement the server understood, so a
 * quote or comment that does not end runs to the end of the text.
 */
export class Lexer {
  #at = 0;
  /** Within a version comment that was run. */
  #inRun = false;
  readonly #word: RegExp;

  constructor(readonly text: string, readonly dialect: Dialect) {
    this.#word = dialect.singleByte ? /[\w$\u0080-\u009f\u00a1-\uffff]+/y : /[\w$\u0080-\uffff]+/y;
  }

  /** Null at the end. */
  next(): Token | null {
    while (this.#at < this.text.length) {
      if (this.#skipped()) continue;
      const char = this.text[this.#at]!;
      if (char === "`" || (char === '"' && this.dialect.ansiQuotes)) return { kind: "name", text: this.#quoted(char, false) };
      if (char === "'" || char === '"') {
        this.#quoted(char, this.dialect.backslashEscapes);
        return { kind: "string", text: "" };
      }
      this.#word.lastIndex = this.#at;
      const word = this.#word.exec(this.text)?.[0];
      this.#at += word?.length ?? 1;
      return word === undefined ? { kind: "mark", text: char } : { kind: "word", text: word };
    }
    return null;
  }

  /** Goes over a space, a comment, or the mark that begins or ends a comment that was run; false when a token stands here. */
  #skipped(): boolean {
    const { text } = this, at = this.#at, code = text.charCodeAt(at);
    if (code <= 0x20 || (code === 0xa0 && this.dialect.singleByte)) this.#at++;
    else if (text[at] === "#" || (text.startsWith("--", at) && !(text.charCodeAt(at + 2) > 0x20))) this.#at = after(text, "\n", at);
    else if (this.#inRun && text.startsWith("*/", at)) [this.#inRun, this.#at] = [false, at + 2];
    else if (text.startsWith("/*", at)) this.#comment();
    else return false;
    return true;
  }

  #comment(): void {
    const { version, mariadb } = this.dialect;
    const special = (mariadb ? /\/\*M?!(\d{5,6})?/y : /\/\*!(\d{5,6})?/y);
    special.lastIndex = this.#at;
    const [opening, wanted] = special.exec(this.text) ?? [];
    if (opening === undefined) {
      this.#at = after(this.text, "*/", this.#at + 2);
      return;
    }
    // MariaDB takes the versions MySQL had after they parted for none of its own, unless the comment says that it is MariaDB's.
    const foreign = mariadb && !opening.startsWith("/*M") && Number(wanted) >= 50_700 && Number(wanted) < 100_000;
    this.#at += opening.length;
    if (wanted === undefined || (Number(wanted) <= version && !foreign)) this.#inRun = true;
    else this.#skipNested();
  }

  /** To the end of a version comment that was not run, which may hold plain comments. */
  #skipNested(): void {
    for (;;) {
      const end = after(this.text, "*/", this.#at), inner = this.text.indexOf("/*", this.#at);
      const isPlain = inner < 0 || inner >= end - 2;
      this.#at = isPlain ? end : after(this.text, "*/", inner + 2);
      if (isPlain) return;
    }
  }

  /** From a quote to behind the one that ends it; doubled, or escaped, it is part of the content. */
  #quoted(quote: string, escapes: boolean): string {
    const { text } = this, start = ++this.#at;
    for (; this.#at < text.length; this.#at++) {
      if (escapes && text[this.#at] === "\\") this.#at++;
      else if (text[this.#at] === quote && text[this.#at + 1] === quote) this.#at++;
      else if (text[this.#at] === quote) break;
    }
    return text.slice(start, this.#at++).replaceAll(quote + quote, quote);
  }
}

function after(text: string, end: string, from: number): number {
  const at = text.indexOf(end, from);
  return at < 0 ? text.length : at + end.length;
}
