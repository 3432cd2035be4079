import type { Column, ColumnType } from "../binlog/event.js";

/** What `information_schema`, or a table map of the binary log, says of a MySQL column. */
export type ColumnFacts = Pick<Column, "name" | "type" | "unsigned" | "charset" | "members" | "length" | "precision" | "scale">;

/** A row of `information_schema.columns`. */
export interface ColumnRecord {
  readonly COLUMN_NAME: string;
  readonly DATA_TYPE: string;
  readonly COLUMN_TYPE: string;
  readonly CHARACTER_SET_NAME: string | null;
  readonly CHARACTER_MAXIMUM_LENGTH: number | string | null;
  readonly NUMERIC_PRECISION: number | string | null;
  readonly NUMERIC_SCALE: number | string | null;
  readonly DATETIME_PRECISION: number | string | null;
  readonly CHARACTER_OCTET_LENGTH: number | string | null;
}

/** The same facts that the binary log would give; null for a type that has no name there. */
export function factsOf(record: ColumnRecord): ColumnFacts | null {
  const type = typeNames[record.DATA_TYPE.toLowerCase()];
  if (!type) return null;
  const members = type === "enum" || type === "set" ? membersOf(record.COLUMN_TYPE) : [];
  return {
    name: record.COLUMN_NAME,
    type,
    unsigned: /\bunsigned\b/.test(record.COLUMN_TYPE),
    charset: record.CHARACTER_SET_NAME ?? (texts.has(type) ? "binary" : ""),
    members,
    length: lengthOf(record, type, members),
    precision: type === "decimal" ? Number(record.NUMERIC_PRECISION)
      : type === "vector" ? Number(/\((\d+)\)/.exec(record.COLUMN_TYPE)?.[1] ?? 2048) : 0,
    scale: Number((type === "decimal" ? record.NUMERIC_SCALE : record.DATETIME_PRECISION) ?? 0),
  };
}

/** The length in the units of `Column.length`. */
function lengthOf(record: ColumnRecord, type: ColumnType, members: readonly string[]): number {
  switch (type) {
    case "bit": return Number(record.NUMERIC_PRECISION);
    case "float": return 4;
    case "double": return 8;
    case "char": case "varchar": return Number(record.CHARACTER_OCTET_LENGTH);
    case "text": return prefixes[record.DATA_TYPE.toLowerCase().replace(/text|blob/, "")]!;
    case "json": case "geometry": case "vector": return 4;
    case "enum": return members.length > 255 ? 2 : 1;
    case "set": return members.length > 32 ? 8 : Math.ceil(members.length / 8);
    case "tinyint": case "smallint": case "mediumint": case "int": case "bigint": case "decimal": case "year":
    case "date": case "time": case "datetime": case "timestamp": case "null": return 0;
  }
  return type satisfies never;
}

const prefixes: Readonly<Record<string, number>> = { tiny: 1, "": 2, medium: 3, long: 4 };

const texts: ReadonlySet<ColumnType> = new Set(["char", "varchar", "text"]);

const typeNames: Readonly<Record<string, ColumnType>> = {
  tinyint: "tinyint", smallint: "smallint", mediumint: "mediumint", int: "int", bigint: "bigint", decimal: "decimal", float: "float",
  double: "double", bit: "bit", year: "year", date: "date", time: "time", datetime: "datetime", timestamp: "timestamp",
  char: "char", binary: "char", varchar: "varchar", varbinary: "varchar",
  tinytext: "text", text: "text", mediumtext: "text", longtext: "text", tinyblob: "text", blob: "text", mediumblob: "text",
  longblob: "text",
  enum: "enum", set: "set", json: "json", vector: "vector", geometry: "geometry", point: "geometry", linestring: "geometry",
  polygon: "geometry",
  multipoint: "geometry", multilinestring: "geometry", multipolygon: "geometry", geomcollection: "geometry", geometrycollection: "geometry",
};

/** Reads `enum('a','it''s')` into its members. */
function membersOf(columnType: string): string[] {
  return [...columnType.matchAll(/'((?:[^']|'')*)'/g)].map((match) => match[1]!.replaceAll("''", "'"));
}
