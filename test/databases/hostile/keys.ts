import { type Line, type Literal, type Server, sql, type Table, table } from "../database.js";
import { utf8 } from "./names.js";

const nines = `${"9".repeat(35)}.${"9".repeat(30)}`;
const bytes = (hex: string): Buffer => Buffer.from(hex, "hex");

/** A table for each kind of key, with the values at the ends of its range, and the tables that have no primary key. */
export const oddlyKeyed = (server: Server): readonly Table[] => [
  ...Object.entries(kinds(server)).map(([name, { type, keys }]) => keyed(`key_${name}`, type, keys)),
  mixed, separators, descending, prefix, uniqueOnly, prefixOnly, neither, ...(server === "mysql" ? [invisible, generated] : []),
];

/** The members become one name where a store or GraphQL takes letters, digits and underscores alone. */
export const states = "ENUM('in-progress','in_progress','In Progress','done','') COLLATE utf8mb4_bin";

interface Kind { readonly type: string; readonly keys: readonly Literal[] }

/** The collation that the server's own documentation names first for text without regard to case. */
export const folding = (server: Server): string => (server === "mysql" ? "utf8mb4_0900_ai_ci" : "utf8mb4_unicode_ci");

function kinds(server: Server): Readonly<Record<string, Kind>> {
  return {
    tiny: { type: "TINYINT", keys: [-128, -1, 0, 1, 127] },
    signed: { type: "BIGINT", keys: ["-9223372036854775808", "-9007199254740993", -1, 0, "9223372036854775807"] },
    unsigned: {
      type: "BIGINT UNSIGNED",
      keys: [0, 1, "9007199254740993", "9223372036854775807", "9223372036854775808", "18446744073709551615"],
    },
    decimal: {
      type: "DECIMAL(65,30)",
      keys: [`-${nines}`, "-0.5", 0, `0.${"0".repeat(29)}1`, "1.1", 10, 9, nines],
    },
    double: { type: "DOUBLE", keys: [sql("-1.7976931348623157e308"), -1.5, 0, sql("2.2250738585072014e-308"), 0.1, 1e21, 123456789012] },
    bit: { type: "BIT(64)", keys: [sql("b'0'"), sql("b'1'"), sql(`b'1${"0".repeat(63)}'`), sql(`b'${"1".repeat(64)}'`)] },
    date: { type: "DATE", keys: ["0001-01-01", "1582-10-10", "1969-12-31", "2024-02-29", "9999-12-31"] },
    datetime: {
      type: "DATETIME(6)",
      keys: ["1000-01-01 00:00:00", "1969-12-31 23:59:59.999999", "2025-03-30 02:30:00", "9999-12-31 23:59:59.999999"],
    },
    timestamp: { type: "TIMESTAMP(3)", keys: ["1970-01-01 00:00:01.000", "2000-02-29 12:00:00.001", "2038-01-19 03:14:07.000"] },
    time: { type: "TIME(3)", keys: ["-838:59:59", "-00:00:00.001", "00:00:00", "25:00:00", "838:59:59"] },
    year: { type: "YEAR", keys: ["0000", 1901, 2025, 2155] },
    enum: { type: states, keys: ["in-progress", "in_progress", "In Progress", ""] },
    set: { type: "SET('a','b','c d')", keys: ["", "a", "a,b", "c d", "a,b,c d"] },
    varbinary: { type: "VARBINARY(20)", keys: ["", "00", "0000", "61", "6100", "6120", "41", "ff", "c328"].map(bytes) },
    fixed_binary: { type: "BINARY(4)", keys: ["00000000", "61000000", "61620000", "20202020", "ffffffff"].map(bytes) },
    uuid: { type: "BINARY(16)", keys: ["00".repeat(16), "0190f1c2a3b47c5d8e9fa0b1c2d3e4f5", "ff".repeat(16)].map(bytes) },
    char: { type: "CHAR(10)", keys: ["", "a", "ä b", "日本語日本語日本語日"] },
    folded: { type: `VARCHAR(40) COLLATE ${folding(server)}`, keys: ["", "abc", "Ünal", "straße", "日本", "😀", "Z", "_"] },
    padded: { type: "VARCHAR(40) COLLATE utf8mb4_general_ci", keys: ["", "a", "b ", "c\t"] },
    exact: {
      type: "VARCHAR(40) COLLATE utf8mb4_bin",
      keys: ["", "a", "A", "ä", "Ä", "\u00e9", "e\u0301", "\u0000", "\n", "\uffee", "😀", "null"],
    },
    latin1: { type: "VARCHAR(40) CHARACTER SET latin1 COLLATE latin1_bin", keys: ["", "€", "ÿ", "a"] },
    long: {
      type: "VARCHAR(700) COLLATE utf8mb4_bin",
      keys: [`${"k".repeat(699)}a`, `${"k".repeat(699)}b`, "k".repeat(512), "😀".repeat(700), "k"],
    },
  };
}

function keyed(name: string, type: string, keys: readonly Literal[]): Table {
  return table(name, `CREATE TABLE ${name} (k ${type} NOT NULL PRIMARY KEY, note VARCHAR(20) NULL) ${utf8}`, ["k", "note"],
    keys.map((key, i): Line => [key, i % 3 === 2 ? null : `row ${i}`]));
}

/** The key's columns stand in another order than the table's. */
const mixed = table("key_mixed", `CREATE TABLE key_mixed (
    note TEXT NULL,
    big BIGINT UNSIGNED NOT NULL,
    name VARCHAR(40) COLLATE utf8mb4_general_ci NOT NULL,
    state ENUM('in-progress','in_progress','In Progress') COLLATE utf8mb4_bin NOT NULL,
    day DATE NOT NULL,
    raw VARBINARY(8) NOT NULL,
    price DECIMAL(10,4) NOT NULL,
    PRIMARY KEY (state, day, name, raw, price, big)
  ) ${utf8}`, ["note", "big", "name", "state", "day", "raw", "price"], [
  ["one", "18446744073709551615", "", "in-progress", "2024-02-29", bytes(""), "0.0001"],
  ["two", "18446744073709551615", "", "in_progress", "2024-02-29", bytes(""), "0.0001"],
  [null, 0, "ABC", "In Progress", "0001-01-01", bytes("00"), "-999999.9999"],
  ["four", 0, "abd", "In Progress", "0001-01-01", bytes("0000"), "-999999.9999"],
]);

/** Keys that are alike once their parts are joined by a character that the parts may hold themselves. */
const separators = table("key_separators", `CREATE TABLE key_separators (
    a VARCHAR(40) COLLATE utf8mb4_bin NOT NULL, b VARCHAR(40) COLLATE utf8mb4_bin NOT NULL, note INT NULL, PRIMARY KEY (a, b)
  ) ${utf8}`, ["a", "b", "note"], [
  ["a|b", "c"], ["a", "b|c"], ["a,b", "c"], ["a", "b,c"], ["a\u0000b", "c"], ["a", "b\u0000c"], ["a:b", "c"], ["a", "b:c"], ["a-b", "c"],
  ["a", "b-c"], ["a\",\"b", "c"], ["a", "b\",\"c"], ["", ""], ["", "a"], ["a\\", ",c"], ["a", "\\,c"], ["a/b", "c"], ["a", "b/c"],
].map(([a, b], i) => [a!, b!, i]));

const descending = table("key_descending",
  `CREATE TABLE key_descending (a INT NOT NULL, b VARCHAR(10) NOT NULL, note INT NULL, PRIMARY KEY (a DESC, b)) ${utf8}`,
  ["a", "b", "note"], [[1, "x", 1], [2, "x", null], [2, "y", 3]]);

const prefix = table("key_of_a_prefix",
  `CREATE TABLE key_of_a_prefix (name VARCHAR(200) NOT NULL, note INT NULL, PRIMARY KEY (name(4))) ${utf8}`,
  ["name", "note"], [["abcdefgh", 1], ["abcefgh", null], ["", 3]]);

/** MySQL takes the second index: the first may hold NULL, and is not unique then. */
const uniqueOnly = table("unique_only", `CREATE TABLE unique_only (
    may_be_null INT NULL, b VARCHAR(20) NOT NULL, a INT NOT NULL, note TEXT NULL, c INT NOT NULL,
    UNIQUE KEY first_one (may_be_null), UNIQUE KEY second_one (b, a), UNIQUE KEY third_one (c)
  ) ${utf8}`, ["may_be_null", "b", "a", "note", "c"], [[null, "x", 1, "n", 30], [null, "x", 2, null, 20], [1, "", 0, "", 10]]);

/** A unique index over the beginning of a column does not identify a row by that column's index: MySQL does not take it for a key. */
const prefixOnly: Table = {
  ...table("unique_prefix_only",
    `CREATE TABLE unique_prefix_only (name VARCHAR(200) NOT NULL, note INT NULL, UNIQUE KEY (name(4))) ${utf8}`,
    ["name", "note"], [["abcdefgh", 1], ["abcefgh", null]]),
  keyless: true,
};

const neither: Table = {
  ...table("neither_key_nor_index", `CREATE TABLE neither_key_nor_index (a INT NULL, b VARCHAR(20) NULL) ${utf8}`,
    ["a", "b"], [[1, "twice"], [1, "twice"], [null, null]]),
  keyless: true,
};

const { statements: made, ...invisibleRows } = table("key_invisible",
  `CREATE TABLE key_invisible (a INT NULL, b VARCHAR(20) NULL) ${utf8}`, ["a", "b"], [[1, "twice"], [1, "twice"], [null, null]]);
const invisible: Table = {
  ...invisibleRows,
  statements: ["SET SESSION sql_generate_invisible_primary_key = ON", ...made, "SET SESSION sql_generate_invisible_primary_key = OFF"],
};

const generated = table("key_generated", `CREATE TABLE key_generated (
    a INT NOT NULL, k VARCHAR(40) AS (CONCAT('k-', a)) STORED NOT NULL, note TEXT NULL, PRIMARY KEY (k)
  ) ${utf8}`, ["a", "note"], [[1, "one"], [2, null]]);
