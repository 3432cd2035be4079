import type { FieldType, Value } from "../../schema/fields.js";

/** How a test reads a field's value from MySQL by plain SQL, apart from everything under test. */
export interface Plain {
  readonly sql: (column: string) => string;
  readonly value: (shown: string | number) => Value;
}

const same = (shown: string | number): Value => String(shown);
const char = (column: string) => `CAST(${column} AS CHAR)`;
const utf8 = (column: string) => `HEX(CONVERT(${column} USING utf8mb4))`;
const fromUtf8 = (shown: string | number): Value => Buffer.from(String(shown), "hex").toString("utf8");
const hex = (column: string) => `LOWER(HEX(${column}))`;
/** What the server sends in its binary protocol is the number itself. */
const itself = (column: string) => column;

export function plainOf(type: FieldType): Plain {
  switch (type.kind) {
    case "boolean": return { sql: (column) => `CAST(${column} + 0 AS CHAR)`, value: (shown) => shown === "1" };
    case "int32": return { sql: (column) => `CAST(${column} + 0 AS CHAR)`, value: Number };
    case "int64": case "uint64": case "decimal": case "time": return { sql: char, value: same };
    case "float": return { sql: itself, value: (shown) => shortest(Number(shown)) };
    case "double": return { sql: itself, value: (shown) => Number(shown) + 0 };
    case "bits": return { sql: (column) => `LPAD(CONV(${column} + 0, 10, 2), ${type.length}, '0')`, value: same };
    case "string": case "choice": case "set": case "json": return { sql: utf8, value: fromUtf8 };
    case "bytes": case "geometry": case "vector": return { sql: hex, value: same };
    case "uuid": return { sql: (column) => (type.stored === "text" ? char(column)
      : `BIN_TO_UUID(${column}, ${type.stored === "swapped" ? 1 : 0})`), value: same };
    case "date": return { sql: char, value: dated(type, (text) => text) };
    case "datetime": return { sql: char, value: dated(type, moment) };
    case "timestamp": return { sql: char, value: dated(type, (text) => `${moment(text)}Z`) };
  }
}

function moment(text: string): string {
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20).padEnd(6, "0")}`;
}

function dated(type: { readonly zeros?: "text" | "null" }, spelt: (text: string) => string): Plain["value"] {
  return (shown) => (type.zeros === "null" && /^\d{4}-(00|\d\d-00|02-30)/.test(String(shown)) ? null : spelt(String(shown)));
}

function shortest(exact: number): number {
  return Array.from({ length: 9 }, (_, i) => Number(exact.toPrecision(i + 1))).find((number) => Math.fround(number) === exact)! + 0;
}
