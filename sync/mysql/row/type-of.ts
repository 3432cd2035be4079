import type { FieldType } from "../../../schema/fields.js";
import type { ColumnFacts } from "./columns.js";

/** The type of field that holds every value of the column exactly. What a column's values mean beyond that is the catalog's to say. */
export function typeOf(column: ColumnFacts): FieldType {
  switch (column.type) {
    case "tinyint": case "smallint": case "mediumint": case "year": return { kind: "int32" };
    case "int": return { kind: column.unsigned ? "int64" : "int32" };
    case "bigint": return { kind: column.unsigned ? "uint64" : "int64" };
    case "decimal": return { kind: "decimal", precision: column.precision, scale: column.scale };
    case "float": return { kind: "float" };
    case "double": return { kind: "double" };
    case "bit": return { kind: "bits", length: column.length };
    case "char": case "varchar": return isBinary(column) ? { kind: "bytes", maxLength: column.length }
      : { kind: "string", maxLength: Math.floor(column.length / bytesOfCharacter(column.charset)) };
    // The column says by how many bytes its length is written.
    case "text": return { kind: isBinary(column) ? "bytes" : "string", maxLength: 256 ** column.length - 1 };
    case "date": return { kind: "date" };
    case "time": return { kind: "time", fraction: column.scale };
    case "datetime": return { kind: "datetime" };
    case "timestamp": return { kind: "timestamp" };
    case "enum": return { kind: "choice", values: column.members };
    case "set": return { kind: "set", values: column.members };
    case "json": return { kind: "json" };
    case "geometry": return { kind: "geometry" };
    case "vector": return { kind: "vector", dimensions: column.precision };
    // A column of type NULL cannot be made; nothing but NULL is in it.
    case "null": return { kind: "string", maxLength: 0 };
  }
  return column.type satisfies never;
}

export function isBinary({ charset }: ColumnFacts): boolean {
  return charset === "binary";
}

/** The most bytes of one character, `MAXLEN` of information_schema.character_sets; those that are not named have one. */
function bytesOfCharacter(charset: string): number {
  return widths[charset] ?? 1;
}

const widths: Readonly<Record<string, number>> = {
  utf8mb4: 4, utf16: 4, utf16le: 4, utf32: 4, gb18030: 4, utf8mb3: 3, utf8: 3, ujis: 3, eucjpms: 3,
  ucs2: 2, big5: 2, sjis: 2, cp932: 2, gbk: 2, gb2312: 2, euckr: 2,
};
