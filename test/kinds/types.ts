import type { FieldType } from "../../schema/fields.js";
import { typeCases } from "../sync/mysql/binlog/support/types.js";

/** A column definition, SQL literals of its boundary values, and the type of field that the catalog gives it, where that is not MySQL's. */
export interface Column {
  readonly type: string;
  readonly values: readonly string[];
  readonly as?: FieldType;
}

/** The types and values that a field can be: the binary log's own table of cases, and what only a catalog makes of a column. */
export function columns(): readonly Column[] {
  return [
    ...typeCases(false).flatMap(({ type, values }) => (zeroKinds[type.split(/[( ]/)[0]!] ? zeroDated(type, values) : [{ type, values }])),
    ...booleans, ...uuids(), ...charsets(), ...others,
  ];
}

/** Those that can be a key. */
export function keyColumns(): readonly Column[] {
  const keyable = columns().filter(({ type }) =>
    !/TEXT|BLOB|JSON|VECTOR|POINT|LINE|POLYGON|GEOMETRY|YEAR|DECIMAL\((?!12,4|65,30|5,2)/.test(type));
  const short = keyable.filter(({ type }) => !/^BIT\((?!1\)|9\)|64\))|(CHAR|BINARY)\((255|300)|(TIME|STAMP)\([1245]\)/.test(type)
    && !/^CHAR\(20|^VARCHAR\((20|63|64)\) CHARACTER SET (?!latin1|sjis|gb18030|utf16$|swe7)/.test(type));
  return [...short.map((column) => ({ ...column, type: column.type.replace(/ NULL$/, "") })), ...textKeys];
}

const zeroKinds: Readonly<Record<string, "date" | "datetime" | "timestamp">> = {
  DATE: "date", DATETIME: "datetime", TIMESTAMP: "timestamp",
};

/** Dates that no calendar has, as text and as null. A DATETIME may also stand for a moment. */
function zeroDated(type: string, values: readonly string[]): Column[] {
  const kind = zeroKinds[type.split(/[( ]/)[0]!]!;
  const all = kind === "timestamp" ? values : [...values, kind === "date" ? "'2025-02-30'" : "'2025-02-30 01:02:03'"];
  return [
    { type, values: all, as: { kind, zeros: "text" } }, { type, values: all, as: { kind, zeros: "null" } },
    ...(kind === "datetime" ? [{ type, values: all, as: { kind: "timestamp", zeros: "text" } as const }] : []),
    { type, values: values.filter((value) => !/-00/.test(value)) },
  ];
}

const booleans: readonly Column[] = [
  { type: "TINYINT(1)", values: ["0", "1"], as: { kind: "boolean" } }, { type: "BIT(1)", values: ["0", "1"], as: { kind: "boolean" } },
];

function uuids(): Column[] {
  const texts = [
    "6ccd780c-baba-1026-9564-5b8c656024db", "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "00000001-0002-1003-8004-000000000005", "10000001-0000-1003-8004-000000000005",
  ];
  const inBytes = (swapped: 0 | 1) => texts.map((text) => `UUID_TO_BIN('${text}', ${swapped})`);
  return [
    { type: "CHAR(36)", values: [...texts.map((text) => `'${text}'`), `'${texts[0]!.toUpperCase().replace("6CCD", "7CCD")}'`], as: {
      kind: "uuid", stored: "text",
    } },
    { type: "BINARY(16)", values: inBytes(0), as: { kind: "uuid", stored: "bytes" } },
    { type: "BINARY(16)", values: inBytes(1), as: { kind: "uuid", stored: "swapped" } },
  ];
}

function charsets(): Column[] {
  const texts: Readonly<Record<string, readonly string[]>> = {
    latin1: ["é€ÿ"], latin2: ["žłő"], cp1250: ["žůŘ"], cp1251: ["Привет"], koi8r: ["Привет"], koi8u: ["Ґґї"], greek: ["Ελλάδα"],
    hebrew: ["שלום"], latin5: ["ğış"], latin7: ["ąčę"], cp850: ["é½"], cp852: ["žł"], cp866: ["Привет"], macce: ["žł"], macroman: ["é∞"],
    keybcs2: ["žľ"], hp8: ["é"], dec8: ["éñ"], geostd8: ["აბგ"], armscii8: ["Հայ"], swe7: ["ÅÄÖ"], tis620: ["ไทย"], ascii: ["~"],
    sjis: ["日本ﾃ"], cp932: ["日本①"], ujis: ["日本"], eucjpms: ["日本①"], gbk: ["中国"], gb2312: ["中国"], gb18030: ["中国😀"], big5: ["中國"],
    euckr: ["한국"], ucs2: ["žБ日"], utf16: ["žБ日😀"], utf16le: ["žБ日😀"], utf32: ["žБ日😀"], utf8mb3: ["žБ日"],
  };
  return Object.entries(texts).flatMap(([charset, own]) => ["VARCHAR(20)", "CHAR(20)", "TEXT"].map((type) => ({
    type: `${type} CHARACTER SET ${charset}`, values: ["''", "'plain'", ...own.map((text) => `'${text}'`)],
  })));
}

const others: readonly Column[] = [
  { type: "FLOAT", values: ["-0e0", "16777217", "0.3", "1e-45", "1.17549435e-38", "3.4028234e38", "33554434", "8388608.5"] },
  { type: "DOUBLE", values: ["-0e0", "5e-324", "0.1 + 0.2", "1e23", "-1.7976931348623157e308", "4.35", "123456789012345680"] },
  { type: "DOUBLE(20,3)", values: ["0.1", "12345678901234.567", "-0.001"] },
  { type: "YEAR", values: ["0", "1901", "2155"] },
  { type: "ENUM('in-progress','in_progress','x')", values: ["'in-progress'", "'in_progress'", "'none of them'"] },
  { type: "GEOMETRY", values: [
    "ST_GeomFromText('GEOMETRYCOLLECTION EMPTY')",
    "ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 2),GEOMETRYCOLLECTION(LINESTRING(0 0,1 1)))')",
    "ST_GeomFromText('POLYGON((0 0,0 9,9 9,9 0,0 0),(1 1,1 2,2 2,2 1,1 1))')", "ST_GeomFromText('POINT(-33.5 151.25)', 4326)",
    "ST_GeomFromText('MULTIPOINT(0.1 1e-9,-1.5e300 2)')",
  ] },
  { type: "JSON", values: ["'[1, 1.0, 1e2, -0.0, 9007199254740993]'", "'{\"__proto__\": 1, \"2\": 2, \"1\": {\"a\": \"\\\\u0000\"}}'"] },
];

/** Texts by collation: each is a key by the text as it is logged. */
const textKeys: readonly Column[] = [
  { type: "VARCHAR(50) COLLATE utf8mb4_0900_ai_ci", values: [
    "''", "'a'", "'B'", "'b '", "'ß'", "'ž'", "'😀'", "'a,b'", "'a\\\\'", "'\\0'",
  ] },
  { type: "VARCHAR(50) COLLATE utf8mb4_general_ci", values: ["''", "'A'", "'b'", "'É'", "'z'"] },
  { type: "VARCHAR(50) COLLATE utf8mb4_bin", values: ["'a'", "'A'", "'B'", "'\\0'", "'\\0\\0'", "'\\0a'"] },
  { type: "VARCHAR(700) COLLATE utf8mb4_0900_bin", values: [
    "REPEAT('x', 513)", "REPEAT('é', 256)", "REPEAT('é', 257)", "'sha256:x'", "''",
  ] },
  { type: "VARCHAR(50) CHARACTER SET latin1 COLLATE latin1_german1_ci", values: ["'ä'", "'b'", "'Z'"] },
  { type: "VARBINARY(1000)", values: ["''", "x'00'", "x'0000'", "x'00ff'", "REPEAT(x'ab', 300)"] },
];
