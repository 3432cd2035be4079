import type { Field } from "../../../schema/fields.js";
import { type ByKind, ofKind } from "../../../schema/kinds/kinds.js";
import type { ColumnType } from "../binlog/event.js";
import type { ColumnFacts } from "./columns.js";
import { isBinary } from "./type-of.js";

/**
 * Says why the column cannot stand for the field, and which type could; null when it can.
 * A type passes if only some of its values do not fit (BIGINT UNSIGNED, a nullable column). Those values go
 * to the dead letters one by one (invariant 9).
 */
export function whyUnheld(field: Field, column: ColumnFacts): string | null {
  return ofKind(reasons, field.type)(column);
}

/** MySQL orders ENUM and SET by number, and a key's numbers are those of the catalog's values. */
export function whyUnordered({ type }: Field, column: ColumnFacts): string | null {
  if (type.kind !== "choice" && type.kind !== "set") return null;
  if (column.type !== "enum" && column.type !== "set") return `is of a key and a ${type.kind}; it must be ENUM or SET, or a string in the `
    + "catalog";
  return column.members.every((member, i) => member === type.values[i]) ? null
    : "is of a key and has its members in another order than the catalog; they must be the same";
}

type Reason = (column: ColumnFacts) => string | null;

const integers: ReadonlySet<ColumnType> = new Set(["tinyint", "smallint", "mediumint", "int", "bigint", "year"]);
const texts: ReadonlySet<ColumnType> = new Set(["char", "varchar", "text"]);

const isText = (column: ColumnFacts) => texts.has(column.type) && !isBinary(column);
const isBytes = (column: ColumnFacts) => texts.has(column.type) && isBinary(column);
const of = (...types: readonly ColumnType[]) => ({ type }: ColumnFacts) => types.includes(type);
const fits = (is: (column: ColumnFacts) => boolean, wanted: string): Reason => (column) => (is(column) ? null : wants(column, wanted));
const integer = () => fits(({ type }) => integers.has(type), "an integer type");

const reasons: ByKind<Reason> = {
  boolean: () => fits(({ type, length }) => type === "tinyint" || (type === "bit" && length === 1), "TINYINT(1) or BIT(1)"),
  int32: integer,
  int64: integer,
  uint64: integer,
  decimal: ({ precision, scale }) => fits((column) => column.type === "decimal" && column.scale <= scale
    && column.precision - column.scale <= precision - scale, `DECIMAL(${precision},${scale}) or one that fits into it`),
  float: () => fits(of("float"), "FLOAT"),
  double: () => fits(of("float", "double"), "DOUBLE or FLOAT"),
  bits: ({ length }) => fits((column) => column.type === "bit" && column.length <= length, `BIT(${length}) or a shorter one`),
  string: ({ maxLength }) => fits(isText, `VARCHAR(${maxLength}) or another text type`),
  bytes: ({ maxLength }) => fits(isBytes, `VARBINARY(${maxLength}) or another binary type`),
  uuid: ({ stored }) => (stored === "text" ? fits(isText, "CHAR(36)") : fits(isBytes, "BINARY(16)")),
  date: () => fits(of("date"), "DATE"),
  time: ({ fraction }) => fits(({ type, scale }) => type === "time" && scale <= fraction, `TIME(${fraction}) or one of fewer digits`),
  datetime: () => fits(of("datetime"), "DATETIME(6)"),
  timestamp: () => fits(of("datetime", "timestamp"), "DATETIME(6) or TIMESTAMP(6)"),
  choice: ({ values }) => (column) => (isText(column) ? null
    : column.type !== "enum" ? wants(column, `ENUM(${listed(values)})`) : unknownMembers(values, column)),
  set: ({ values }) => (column) => {
    if (column.type !== "set") return wants(column, `SET(${listed(values)})`);
    const order = column.members.map((member) => values.indexOf(member));
    return unknownMembers(values, column) ?? (order.every((place, i) => i === 0 || place > order[i - 1]!) ? null
      : "has its members in another order than the catalog, and MySQL prints them in that order; make both the same");
  },
  json: () => fits(of("json"), "JSON"),
  geometry: () => fits(of("geometry"), "GEOMETRY or one of its kinds"),
  vector: ({ dimensions }) => fits(({ type, precision }) => type === "vector" && precision <= dimensions, `VECTOR(${dimensions})`),
};

function unknownMembers(values: readonly string[], column: ColumnFacts): string | null {
  const unknown = column.members.filter((member) => !values.includes(member));
  return unknown.length === 0 ? null : `has members the catalog does not know: ${unknown.join(", ")}; declare them in the catalog`;
}

const listed = (values: readonly string[]) => values.map((v) => `'${v}'`).join(",");

function wants(column: ColumnFacts, wanted: string): string {
  const size = column.type === "decimal" ? `(${column.precision},${column.scale})` : "";
  return `is ${isBinary(column) ? "binary " : ""}${column.type.toUpperCase()}${size}; it must be ${wanted}`;
}
