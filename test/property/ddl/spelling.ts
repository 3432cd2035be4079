import type { Dice } from "./dice.js";
import type { Template } from "./statements.js";

/** Writes the statement as some client might write it, with the session in which it means the same. */
export interface Spelling {
  readonly session: readonly string[];
  readonly text: string;
  readonly how: "plain" | "prepared" | "routine";
}

const modes = [
  "", "ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES", "STRICT_TRANS_TABLES", "ANSI_QUOTES,STRICT_TRANS_TABLES",
];
const gaps = [
  " ", " ", " ", " ", "\n", "\t ", " /* c */ ", "/* it's a \"gap\" */", " -- RENAME TABLE x TO `y\n", " # don't\n",
  "/*!99999 DROP TABLE payment */ ", " /**/ ",
];
const plainGaps = [" ", " ", "\n", "\t"];

/** `database` is that of the tables, `other` one that is not followed. */
export function spelled({ text, asText }: Template, database: string, other: string, dice: Dice): Spelling {
  const mode = dice.one(modes), ansi = mode.includes("ANSI_QUOTES"), isElsewhere = dice.is(4);
  const isRun = dice.is(6), how = dice.one(["plain", "plain", "plain", "plain", "prepared", "routine"] as const);
  const gap = () => dice.one(isRun ? plainGaps : gaps);
  const quoted = (name: string) => dice.one(ansi ? ["`", '"', '"', ""] : ["`", "`", ""]).replace(
    /^(.?)$/, (_, quote: string) => `${quote}${name}${quote}`,
  );
  const table = (name: string) => {
    if (name === "") return quoted(database);
    return isElsewhere || dice.is(4) ? `${quoted(database)}${dice.one([".", ".", " . "])}${quoted(name)}` : quoted(name);
  };
  const word = (token: string) => (/^[A-Z]{2,}/.test(token) ? dice.one([
    token, token.toLowerCase(), token.replace(/[AEIOU]/g, (vowel) => vowel.toLowerCase()),
  ]) : token);
  // In a mode without escapes a backslash before a quote would end the text.
  const literal = (token: string) => (mode.includes("NO_BACKSLASH") ? token.replaceAll("\\'", "''") : token);
  const tokens = tokensOf(text).map((token) => (token.startsWith("{") ? token.replace(/^\{(\w*)\}/, (_, name: string) => table(name))
    : token.startsWith(":") ? quoted(token.slice(1)) : token.startsWith("'") ? literal(token) : word(token)));
  const spaced = tokens.map((token, i) => (i === 0 ? token : gap() + token)).join("");
  const before = dice.is(4) && !isRun ? gap().trimStart() : "";
  return {
    session: [
      `SET NAMES ${dice.one(["utf8mb4", "utf8mb4", "latin1", "gbk"])}`, `USE ${isElsewhere ? other : database}`,
      `SET SESSION binlog_format = '${asText ? "STATEMENT" : "ROW"}'`, `SET sql_mode = '${mode}'`,
    ],
    text: isRun ? `/*!${dice.one(["", "50000", "40100", "80000"])} ${spaced} */` : before + spaced,
    how: how === "routine" && /^(?:DROP DATABASE|CREATE EVENT|CREATE OR|OPTIMIZE|FLUSH|SELECT)/.test(text) ? "plain" : how,
  };
}

/** Divides the text at the spaces that are in no literal. */
function tokensOf(text: string): readonly string[] {
  return text.match(/'(?:[^'\\]|\\.)*'(?:@'\w+')?|[^\s']+/g) ?? [];
}
