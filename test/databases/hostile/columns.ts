import { inserts, type Line, literal, type Literal, type Server, sql, type Table, table } from "../database.js";
import { times } from "../words.js";
import { utf8 } from "./names.js";

/** Tables whose columns, comments, partitions or history are unlike those of most. */
export const oddlyMade = (server: Server): readonly Table[] => [
  choices, wide, generated, hidden, comments, ...partitioned, withoutRows, charsets(server), evolved, json,
  ...(server === "mysql" ? [vectors, places, expressions] : []),
];

const choices = table("choices", `CREATE TABLE choices (
    id INT NOT NULL PRIMARY KEY,
    state ENUM('in-progress','in_progress','In Progress') NULL,
    odd ENUM('true','null','1','0','','a,b','__type','ünïcode','it''s "x"','日本') NOT NULL DEFAULT '1',
    cased ENUM('yes','Yes','YES') COLLATE utf8mb4_bin NULL,
    tags SET('a-b','a_b','a b','1st','','it''s') NULL
  ) ${utf8}`, ["id", "state", "odd", "cased", "tags"], [
  [1, "in-progress", "true", "yes", "a-b,a_b"], [2, "in_progress", "null", "Yes", ""], [3, "In Progress", "1", "YES", "a b,1st,it's"],
  [4, null, "", null, null], [5, null, "a,b", null, "a_b"], [6, null, "__type", null, "a-b,a_b,a b,1st,it's"],
  [7, null, "it's \"x\"", "yes", null],
]);

const wideKinds: readonly (readonly [string, Literal, Literal])[] = [
  ["INT NULL", 1, -1], ["BIGINT UNSIGNED NOT NULL DEFAULT 7", "18446744073709551615", 0], ["VARCHAR(20) NULL", "ä", ""],
  ["DECIMAL(20,5) NULL", "12345.67890", "-0.00001"], ["DATETIME(3) NULL", "2024-02-29 12:00:00.123", "1000-01-01 00:00:00"],
  ["TINYINT(1) NOT NULL DEFAULT 0", 1, 0], ["DOUBLE NULL", 0.1, -1e300], ["DATE NULL", "9999-12-31", "2000-01-01"],
  ["ENUM('x','y') NULL", "y", "x"], ["TIME NULL", "-10:00:00", "100:00:00"],
];

/** 400 columns beside the key, of ten types in turn. */
const wide = ((): Table => {
  const columns = times(400, (n) => [`c${n}`, ...wideKinds[n % wideKinds.length]!] as const);
  const all = columns.map(([name, type]) => `${name} ${type}`).join(", ");
  return table("wide", `CREATE TABLE wide (id INT NOT NULL PRIMARY KEY, ${all}) ${utf8}`,
    ["id", ...columns.map(([name]) => name)], [
      [1, ...columns.map(([, , one]) => one)],
      [2, ...columns.map(([, , , other]) => other)],
      [3, ...columns.map(([, type, one]) => (type.includes("NOT NULL") ? one : null))],
    ]);
})();

const generated = table("generated_columns", `CREATE TABLE generated_columns (
    sum_virtual BIGINT AS (a + b) VIRTUAL,
    a INT NOT NULL,
    product_stored DECIMAL(22,2) AS (a * b) STORED,
    b INT NOT NULL,
    id INT NOT NULL PRIMARY KEY,
    label VARCHAR(40) AS (CONCAT('no. ', a)) VIRTUAL,
    maybe INT AS (NULLIF(a, b)) STORED,
    KEY (sum_virtual), KEY (product_stored)
  ) ${utf8}`, ["id", "a", "b"], [[1, 2, 3], [2, -2147483648, -2147483648], [3, 0, 0]]);

const hidden = table("invisible_columns", `CREATE TABLE invisible_columns (
    id INT NOT NULL PRIMARY KEY,
    seen VARCHAR(20) NULL,
    unseen VARCHAR(20) NULL INVISIBLE,
    unseen_default INT NOT NULL DEFAULT 5 INVISIBLE
  ) ${utf8}`, ["id", "seen", "unseen"], [[1, "a", "hidden"], [2, null, null]]);

/** What would end a string, a block or a line in SQL, YAML, GraphQL, Markdown or a template. */
const comment = "it's \"quoted\" `so` \\ \"\"\" */ -- # : - [x] {y} ${z} <b>\nsecond line: 'ü 日本' % & | > !";
const comments = table("comments", `CREATE TABLE comments (
    id INT NOT NULL PRIMARY KEY COMMENT ${literal(comment)},
    plain VARCHAR(20) NULL DEFAULT 'it''s "x" \`y\`' COMMENT '   ',
    other INT NULL DEFAULT NULL COMMENT '"""'
  ) ${utf8} COMMENT = ${literal(comment)}`, ["id", "plain", "other"], [[1, "it's", 1], [2, sql("DEFAULT"), null]]);

const partitioned: readonly Table[] = [
  table("partitioned_by_range", `CREATE TABLE partitioned_by_range (
      id INT NOT NULL, day DATE NOT NULL, note TEXT NULL, PRIMARY KEY (id, day)
    ) ${utf8} PARTITION BY RANGE COLUMNS (day) (
      PARTITION early VALUES LESS THAN ('2000-01-01'), PARTITION middle VALUES LESS THAN ('2020-01-01'),
      PARTITION late VALUES LESS THAN (MAXVALUE))`,
  ["id", "day", "note"], times(300, (id): Line => [id, `${1950 + id % 100}-06-15`, id % 2 ? null : `note ${id}`])),
  table("partitioned_by_hash", `CREATE TABLE partitioned_by_hash (id INT NOT NULL PRIMARY KEY, note VARCHAR(20) NULL) ${utf8}
    PARTITION BY HASH (id) PARTITIONS 5`, ["id", "note"], times(100, (id): Line => [id * 3 - 150, `row ${id}`])),
];

const withoutRows = table("without_rows", `CREATE TABLE without_rows (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, note TEXT NULL) ${utf8}`);

function charsets(server: Server): Table {
  const samples: Readonly<Record<string, string>> = {
    latin1: "€ ÿ Œ", latin2: "Łódź", latin5: "ŞİĞ", cp1251: "Привет", koi8r: "Привет", greek: "αβγ", hebrew: "שלום", ascii: "plain",
    sjis: "日本語 ｱ", cp932: "日本語 ①", ujis: "日本語", euckr: "한국어", gbk: "汉字", big5: "漢字", ucs2: "日本 ü",
    utf16: "日本 😀", utf16le: "日本 😀", utf32: "日本 😀", utf8mb3: "日本 ü", utf8mb4: "日本 😀", ...(server === "mysql" && { gb18030: "汉字 😀" }),
  };
  const names = Object.keys(samples);
  const columns = names.map((name) => `c_${name} VARCHAR(20) CHARACTER SET ${name} NULL, t_${name} TEXT CHARACTER SET ${name} NULL`);
  return table("charsets", `CREATE TABLE charsets (id INT NOT NULL PRIMARY KEY, ${columns.join(", ")}) ${utf8}`,
  ["id", ...names.flatMap((name) => [`c_${name}`, `t_${name}`])],
  [[1, ...names.flatMap((name) => [samples[name]!, samples[name]!])], [2, ...names.flatMap(() => ["", null])]]);
}

/** Columns came first, in the middle and away while rows were there: the rows on disk have three shapes. */
const evolved: Table = {
  ...table("evolved", "", [], times(6, (id): Line => [id])),
  statements: [
    `CREATE TABLE evolved (id INT NOT NULL PRIMARY KEY, old_one INT NULL, name VARCHAR(20) NULL) ${utf8}`,
    ...inserts("evolved", ["id", "old_one", "name"], [[1, 10, "one"], [2, null, null]]),
    "ALTER TABLE evolved ADD COLUMN front INT NOT NULL DEFAULT 5 FIRST, ADD COLUMN middle VARCHAR(20) NULL DEFAULT 'x' AFTER id",
    ...inserts("evolved", ["id", "front", "middle"], [[3, 6, null], [4, 7, "y"]]),
    "ALTER TABLE evolved DROP COLUMN old_one",
    "ALTER TABLE evolved ADD COLUMN old_one DATE NULL",
    ...inserts("evolved", ["id", "old_one"], [[5, "2024-02-29"], [6, null]]),
  ],
};

const documents = `CREATE TABLE documents (id INT NOT NULL PRIMARY KEY, body JSON NULL, many JSON NOT NULL) ${utf8}`;
const json = table("documents", documents, ["id", "body", "many"], [
  [1, "{\"a\": {\"b\": [1, 2.5, null, true, \"x\"]}, \"\": \"\", \"a.b\": 1, \"__proto__\": 2}", "[]"], [2, null, "null"],
  [3, "18446744073709551615", "\"text\""], [4, "[[[[[[1]]]]]]", "{}"], [5, "{\"a\": \"now a text\"}", "-0.1"],
]);

const vectors = table("vectors", `CREATE TABLE vectors (id INT NOT NULL PRIMARY KEY, v VECTOR(3) NULL) ${utf8}`,
  ["id", "v"], [[1, sql("TO_VECTOR('[1, -0.5, 1e-10]')")], [2, null], [3, sql("TO_VECTOR('[0, 0, 0]')")]]);

const places = table("places", `CREATE TABLE places (
    id INT NOT NULL PRIMARY KEY, spot POINT NOT NULL SRID 4326, area GEOMETRY NULL, many GEOMETRYCOLLECTION NULL, SPATIAL KEY (spot)
  ) ${utf8}`, ["id", "spot", "area", "many"], [
  [1, sql("ST_GeomFromText('POINT(53.8 -1.55)', 4326)"), sql("ST_GeomFromText('POLYGON((0 0, 4 0, 4 4, 0 0))', 3857)"), null],
  [2, sql("ST_GeomFromText('POINT(-90 180)', 4326)"), null, sql("ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 2), LINESTRING(0 0, 1 1))')")],
]);

/** An index over an expression has a hidden column, and a default may be one. */
const expressions = table("expressions", `CREATE TABLE expressions (
    id INT NOT NULL PRIMARY KEY,
    name VARCHAR(40) NULL,
    made CHAR(36) NOT NULL DEFAULT (CONCAT('made-', id)),
    tags JSON NULL DEFAULT (JSON_ARRAY('a')),
    KEY by_lower ((LOWER(name))), UNIQUE KEY by_tag ((CAST(tags->'$[0]' AS UNSIGNED)), (id + 1))
  ) ${utf8}`, ["id", "name", "tags"], [[1, "ABC", "[1]"], [2, null, "[2]"]]);
