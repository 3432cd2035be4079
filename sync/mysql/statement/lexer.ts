import type { QueryEvent } from "../binlog/event.js";

/** `word`: a keyword, a name without quotes or a number; `name`: a quoted name; `string`: a text literal; `mark`: any other character. */
export interface Token {
  readonly kind: "word" | "name" | "string" | "mark";
  /** For a name, what stands between its quotes. The text of a literal is left out. */
  readonly text: string;
}

/** What decides how a text divides into tokens: the session, and the server that wrote the log. */
export interface Dialect {
  readonly ansiQuotes: boolean;
  readonly backslashEscapes: boolean;
  /** Whether one byte is one character: then the no-break space is a space; elsewhere it is part of a name. */
  readonly singleByte: boolean;
  readonly mariadb: boolean;
  /** The server's version as version comments write it: 80036, 90600, 101106. */
  readonly version: number;
}

const ANSI_QUOTES = 0x4, NO_BACKSLASH_ESCAPES = 0x100000;
const multiByte = new Set(["utf8mb4", "utf8mb3", "gbk", "gb2312", "gb18030", "big5", "sjis", "cp932", "ujis", "eucjpms", "euckr"]);

export function dialectOf({ sqlMode, charset, serverVersion }: QueryEvent): Dialect {
  // MariaDB once passed for a MySQL before 10: `5.5.5-10.11.6-MariaDB`.
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
 * Gives the tokens of a statement, one at a time, as the server's own lexer (sql_lex.cc) finds them.
 * A comment is no token. The content of a version comment that this server ran is read as if it stood there by itself.
 * The server understood the text, so a quote or comment that does not end runs to the end of the text.
 */
export class Lexer {
  #at = 0;
  /** Inside a version comment that the server ran. */
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

  /** Steps over a space, a comment, or the mark that begins or ends a comment that the server ran. False when a token stands here. */
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
    // MariaDB ignores comments with MySQL's versions from after the two parted, unless the comment says that it is MariaDB's.
    const foreign = mariadb && !opening.startsWith("/*M") && Number(wanted) >= 50_700 && Number(wanted) < 100_000;
    this.#at += opening.length;
    if (wanted === undefined || (Number(wanted) <= version && !foreign)) this.#inRun = true;
    else this.#skipNested();
  }

  /** Steps to the end of a version comment that the server did not run, which may hold plain comments. */
  #skipNested(): void {
    for (;;) {
      const end = after(this.text, "*/", this.#at), inner = this.text.indexOf("/*", this.#at);
      const isPlain = inner < 0 || inner >= end - 2;
      this.#at = isPlain ? end : after(this.text, "*/", inner + 2);
      if (isPlain) return;
    }
  }

  /** Reads from a quote to behind the one that ends it. A doubled or escaped quote is part of the content. */
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
