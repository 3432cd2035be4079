import { type Dialect, dialectOf, Lexer } from "../../../../sync/mysql/statement/lexer.js";

const mysql: Dialect = { ansiQuotes: false, backslashEscapes: true, singleByte: false, mariadb: false, version: 80_036 };
const ansi: Dialect = { ...mysql, ansiQuotes: true }, mariadb: Dialect = { ...mysql, mariadb: true, version: 101_106 };

/** Writes `word`, `` `name` ``, `'`, and marks as they are. */
function tokens(text: string, dialect = mysql): string {
  const lexer = new Lexer(text, dialect), found: string[] = [];
  for (let token = lexer.next(); token; token = lexer.next()) found.push(
    token.kind === "name" ? `\`${token.text}\`` : token.kind === "string" ? "'" : token.text,
  );
  return found.join(" ");
}

type Case = [text: string, found: string, dialect?: Dialect];

test.each<Case>([
  ["DROP TABLE a.`b``c`", "DROP TABLE a . `b`c`"],
  ["a/* x */b -- c\nd --e\n# f\ng--", "a b d - - e g"],
  ["a-- ", "a"],
  ["5--1", "5 - - 1"],
  ["/* a /* b */ c", "c"],
  ["/*!50000 TRUNCATE TABLE payment */", "TRUNCATE TABLE payment"],
  ["/*!TRUNCATE*/ t", "TRUNCATE t"],
  ["/*!5000 t */", "5000 t"],
  ["/*!80037 a /* b */ c */ d", "d"],
  ["/*!080036 a */ b", "a b"],
  ["/*!80036a*/b", "a b"],
  ["/*!50000 a /* b */ c */ d", "a c d"],
  ["a */ b", "a * / b"],
  ["/*M! a */ b", "b"],
  ["/*M! a */ /*M!100101 b */ /*M!110101 c */ d", "a b d", mariadb],
  ["/*!50701 a */ /*!50699 b */ /*!100101 c */ d", "b c d", mariadb],
  ["'it''s' 'a\\'b' \"x\"\"y\" c", "' ' ' c"],
  ["'a\\' b", "' b", { ...mysql, backslashEscapes: false }],
  ["\"pay\"\"ment\" 'a'", "`pay\"ment` '", ansi],
  ["\"a\\\" b", "`a\\` b", ansi],
  ["'-- ' /* ' */ `#`", "' `#`"],
  ["N'a' X'00' _utf8mb4'b' 0x1F 1e5 @a @`b`", "N ' X ' _utf8mb4 ' 0x1F 1e5 @ a @ `b`"],
  ["žluť $a_1 名前", "žluť $a_1 名前"],
  ["a\u00a0b", "a\u00a0b"],
  ["a\u00a0b", "a b", { ...mysql, singleByte: true }],
  ["'open", "'"], ["/* open", ""], ["`open", "`open`"], ["/*!99999 open", ""],
])("%s divides as the server divides it", (...[text, found, dialect]: Case) => expect(tokens(text, dialect)).toBe(found));

const event = {
  type: "query", statement: "", database: "", threadId: 7, updatedDatabases: null, timestamp: 0, file: "", offset: 0,
} as const;

test.each([
  ["9.7.4-2", { mariadb: false, version: 90_704 }], ["8.0.36", { mariadb: false, version: 80_036 }],
  ["10.11.6-MariaDB-log", { mariadb: true, version: 101_106 }], ["5.5.5-10.3.8-MariaDB", { mariadb: true, version: 100_308 }],
])("of the server %s version comments are run up to its own version", (serverVersion, wanted) => {
  expect(dialectOf({ ...event, charset: "latin1", sqlMode: 4, serverVersion })).toEqual({
    ...wanted, ansiQuotes: true, backslashEscapes: true, singleByte: true,
  });
});
