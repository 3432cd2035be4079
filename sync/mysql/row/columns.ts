import type { Field } from "../../../schema/fields.js";
import type { Column, ColumnType } from "../binlog/event.js";

/** What `information_schema`, or a table map of the binary log, says of a MySQL column. */
export type ColumnFacts = Pick<Column, "name" | "type" | "unsigned" | "charset" | "members" | "length" | "precision" | "scale">;

/**
 * Says why the column cannot stand for the field, and which type could; null when it can.
 * A type passes if only some of its values do not fit (BIGINT UNSIGNED, a nullable column). Those values go
 * to the dead letters one by one (invariant 9).
 */
export function whyUnheld(field: Field, column: ColumnFacts): string | null {
  const wanted = field.type;
  switch (wanted.kind) {
    case "int64": case "int32":
      return integers.has(column.type) ? null : wants(column, "an integer type");
    case "boolean":
      return column.type === "tinyint" || (column.type === "bit" && column.length === 1) ? null : wants(column, "TINYINT(1) or BIT(1)");
    case "decimal":
      return column.type === "decimal" && column.scale <= wanted.scale && column.precision - column.scale <= wanted.precision - wanted.scale
        ? null : wants(column, `DECIMAL(${wanted.precision},${wanted.scale}) or one that fits into it`);
    case "string":
      return texts.has(column.type) && column.charset !== "binary" ? null : wants(
        column, `VARCHAR(${wanted.maxLength}) or another text type`,
      );
    case "date":
      return column.type === "date" ? null : wants(column, "DATE");
    case "timestamp":
      return column.type === "datetime" || column.type === "timestamp" ? null : wants(column, "DATETIME(6) or TIMESTAMP(6)");
    case "choice": {
      if (texts.has(column.type) && column.charset !== "binary") return null;
      if (column.type !== "enum") return wants(column, `ENUM(${wanted.values.map((v) => `'${v}'`).join(",")})`);
      const unknown = column.members.filter((member) => !wanted.values.includes(member));
      return unknown.length === 0 ? null : `has members the catalog does not know: ${unknown.join(", ")}; declare them in the catalog`;
    }
  }
  wanted satisfies never;
}

const integers = new Set<ColumnType>(["tinyint", "smallint", "mediumint", "int", "bigint", "year"]);
const texts = new Set<ColumnType>(["char", "varchar", "text"]);

function wants(column: ColumnFacts, wanted: string): string {
  const size = column.type === "decimal" ? `(${column.precision},${column.scale})` : "";
  return `is ${column.charset === "binary" ? "binary " : ""}${column.type.toUpperCase()}${size}; it must be ${wanted}`;
}

/** A row of `information_schema.columns`. */
export interface ColumnRecord {
  readonly COLUMN_NAME: string;
  readonly DATA_TYPE: string;
  readonly COLUMN_TYPE: string;
  readonly CHARACTER_SET_NAME: string | null;
  readonly NUMERIC_PRECISION: number | string | null;
  readonly NUMERIC_SCALE: number | string | null;
  readonly DATETIME_PRECISION: number | string | null;
}

/** The same facts that the binary log would give; null for a type that has no name there. */
export function factsOf(record: ColumnRecord): ColumnFacts | null {
  const type = typeNames[record.DATA_TYPE.toLowerCase()];
  if (!type) return null;
  return {
    name: record.COLUMN_NAME,
    type,
    unsigned: /\bunsigned\b/.test(record.COLUMN_TYPE),
    charset: record.CHARACTER_SET_NAME ?? (texts.has(type) ? "binary" : ""),
    members: type === "enum" || type === "set" ? membersOf(record.COLUMN_TYPE) : [],
    length: type === "bit" ? Number(record.NUMERIC_PRECISION) : 0,
    precision: type === "decimal" ? Number(record.NUMERIC_PRECISION) : 0,
    scale: Number((type === "decimal" ? record.NUMERIC_SCALE : record.DATETIME_PRECISION) ?? 0),
  };
}

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
