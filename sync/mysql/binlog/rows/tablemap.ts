import { Cursor } from "../cursor.js";
import { MalformedEvent, UncertainDefinition, UnsupportedColumn } from "../errors.js";
import type { Column, ColumnType, TableMap } from "../event.js";
import { charsetOf, decoderOf } from "../values/charset.js";
import { mismatch, type TableDefinition } from "./definitions.js";

export interface TableMapHead { readonly tableId: number; readonly database: string; readonly table: string }

/** Reads the first fields of a TABLE_MAP_EVENT, enough to know whether the caller wants the table. */
export function readTableMapHead(event: Cursor): TableMapHead {
  const tableId = event.u48();
  event.skip(2);
  const database = event.utf8(event.u8());
  event.skip(1);
  const table = event.utf8(event.u8());
  event.skip(1);
  return { tableId, database, table };
}

/**
 * Reads the rest: "TABLE_MAP_EVENT" and "Table_map_event" (libbinlogevents, rows_event.h), whose
 * optional metadata names and describes the columns.
 * When the log does not name them (binlog_row_metadata=MINIMAL), `definition` says what holds instead, or why nothing can be known. It is
 * undefined when the reader has no definitions.
 * @throws UncertainDefinition
 */
export function readTableMap(
  head: TableMapHead, event: Cursor, mariadb: boolean, definition?: () => TableDefinition | string | undefined,
): TableMap | undefined {
  const types = event.view(event.lengthEncoded());
  const metadata = event.part(event.lengthEncoded());
  const drafts = Array.from(types, (wire) => ({ ...draft(wire, metadata), wire }));
  const nulls = event.view((types.length + 7) >> 3);
  const optional = readOptional(event);
  const names = optional.get(FIELD.columnName);
  if (!names && types.length === 0) return { ...head, columns: [], primaryKey: [] };
  if (!names) {
    const defined = definition?.();
    return defined === undefined ? undefined : unnamed(head, drafts, nulls, optional, defined);
  }
  const signs = bits(optional.get(FIELD.signedness));
  const visibility = bits(optional.get(FIELD.visibility));
  const charset = collations(optional.get(FIELD.defaultCharset), optional.get(FIELD.columnCharset));
  const memberCharset = collations(optional.get(FIELD.enumAndSetDefaultCharset), optional.get(FIELD.enumAndSetColumnCharset));
  const dimensions = optional.get(FIELD.vectorDimensions);
  const sets = optional.get(FIELD.setMembers), enums = optional.get(FIELD.enumMembers);
  const columns = drafts.map((column, index): Column => {
    const name = names.utf8(names.lengthEncoded());
    if (mariadb && OLD_TEMPORAL.has(column.wire))
      throw new UnsupportedColumn(
        `${head.database}.${head.table}.${name}`,
        "it has a temporal format of before MariaDB 10.1, of which the log " +
          "does not say how many digits it has (rebuild the table with mysql56_temporal_format=ON: ALTER TABLE ... FORCE)",
      );
    const isText = TEXTS.has(column.type), isMember = column.type === "enum" || column.type === "set";
    if (column.type === "vector") charset();
    const collation = isText ? charset() : isMember ? memberCharset() : 0;
    const charsetName = charsetOf(collation);
    if ((isText || isMember) && charsetName === "") throw new UnsupportedColumn(
      `${head.database}.${head.table}.${name}`, `its collation has the unknown id ${collation}`,
    );
    return {
      ...column, name, collation, charset: charsetName,
      nullable: (nulls[index >> 3]! & (1 << (index & 7))) !== 0,
      unsigned: (NUMERIC.has(column.type) || (mariadb && column.type === "year")) && signs(),
      visible: optional.has(FIELD.visibility) ? visibility() : true,
      members: isMember ? members(column.type === "set" ? sets : enums, charsetName) : [],
      ...(column.type === "vector" && dimensions && { precision: dimensions.lengthEncoded() }),
    };
  });
  return { ...head, columns, primaryKey: primaryKey(optional) };
}

/** Takes names, members and key from the definition, once everything that the log does say agrees with it. */
function unnamed(
  head: TableMapHead, drafts: readonly (Draft & { readonly wire: number })[], nulls: Buffer, optional: Map<number, Cursor>,
  definition: TableDefinition | string,
): TableMap {
  if (typeof definition === "string") throw new UncertainDefinition(head.database, head.table, definition);
  const signs = bits(optional.get(FIELD.signedness));
  const charset = collations(optional.get(FIELD.defaultCharset), optional.get(FIELD.columnCharset));
  const dimensions = optional.get(FIELD.vectorDimensions);
  const logged = drafts.map((column, index) => {
    if (column.type === "vector") charset();
    const isNumber = NUMERIC.has(column.type), collation = TEXTS.has(column.type) ? charset() : 0;
    if (isNumber && !optional.has(FIELD.signedness)) throw new UncertainDefinition(
      head.database, head.table, "the log does not say which numbers have a sign",
    );
    return {
      ...column, collation, nullable: (nulls[index >> 3]! & (1 << (index & 7))) !== 0,
      ...(column.type === "vector" && { precision: dimensions?.lengthEncoded() ?? definition.columns[index]?.precision ?? 0 }),
      ...(isNumber && { unsigned: signs() }), ...(collation > 0 && { charset: charsetOf(collation) }),
    };
  });
  const reason = mismatch(logged, definition);
  if (reason) throw new UncertainDefinition(head.database, head.table, reason);
  return { ...head, columns: logged.map((column, i) => ({ ...definition.columns[i]!, ...column })), primaryKey: definition.primaryKey };
}

type Draft = Pick<Column, "type" | "length" | "precision" | "scale">;

/** Reads type and metadata of one column: "Table_map_event", table of column types. Types by number: enum_field_types. */
function draft(type: number, metadata: Cursor): Draft {
  const of = (name: ColumnType, length = 0, precision = 0, scale = 0): Draft => ({ type: name, length, precision, scale });
  const plain = PLAIN[type];
  if (plain) return of(plain);
  const byte = (least: number, most: number): number => between(metadata.u8(), least, most, type);
  switch (type) {
    case 4: return of("float", byte(4, 4));
    case 5: return of("double", byte(8, 8));
    case 15: case 253: return of("varchar", metadata.u16());
    case 16: { const odd = byte(0, 7); return of("bit", between(metadata.u8() * 8 + odd, 1, 64, type)); }
    case 17: return of("timestamp", 0, 0, byte(0, 6));
    case 18: return of("datetime", 0, 0, byte(0, 6));
    case 19: return of("time", 0, 0, byte(0, 6));
    case 242: return of("vector", byte(1, 4));
    case 245: return of("json", byte(1, 4));
    case 246: { const precision = byte(1, 65); return of("decimal", 0, precision, byte(0, Math.min(precision, 38))); }
    case 249: case 250: case 251: case 252: return of("text", byte(1, 4));
    case 254: return string(metadata.u8(), metadata.u8());
    case 255: return of("geometry", byte(1, 4));
  }
  throw new UnsupportedColumn(`of type number ${type}`, "this type is not known to the reader");
}

function between(value: number, least: number, most: number, type: number): number {
  if (value < least || value > most)
    throw new MalformedEvent(`${value} as metadata of the column type ${type}, which takes ${least} to ${most}`);
  return value;
}

const PLAIN: { readonly [type: number]: ColumnType } = {
  1: "tinyint", 2: "smallint", 3: "int", 6: "null", 8: "bigint", 9: "mediumint", 10: "date", 13: "year", 14: "date",
  7: "timestamp", 11: "time", 12: "datetime",
};

/**
 * Reads the two bytes of MYSQL_TYPE_STRING: the real type (CHAR, ENUM or SET), and the length,
 * whose bits 8 and 9 hide inverted in the first.
 */
function string(first: number, second: number): Draft {
  const none = { precision: 0, scale: 0 };
  if (first === 247) return { type: "enum", length: between(second, 1, 2, first), ...none };
  if (first === 248) return { type: "set", length: between(second, 1, 8, first), ...none };
  if ((first | 0x30) !== 0xfe) throw new UnsupportedColumn(`of type number ${first}`, "this type is not known to the reader");
  return { type: "char", length: second | (((first & 0x30) ^ 0x30) << 4), ...none };
}

/** Table_map_event::Optional_metadata_field_type. */
const FIELD = {
  signedness: 1, defaultCharset: 2, columnCharset: 3, columnName: 4, setMembers: 5, enumMembers: 6, primaryKey: 8, primaryKeyWithPrefix: 9,
  enumAndSetDefaultCharset: 10, enumAndSetColumnCharset: 11, visibility: 12, vectorDimensions: 13,
};

/** In MariaDB these may stand for formats with fractions. */
const OLD_TEMPORAL = new Set([7, 11, 12]);
const TEXTS = new Set<ColumnType>(["char", "varchar", "text"]);
const NUMERIC = new Set<ColumnType>(["tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double"]);

function readOptional(event: Cursor): Map<number, Cursor> {
  const fields = new Map<number, Cursor>();
  while (event.left > 0) fields.set(event.u8(), event.part(event.lengthEncoded()));
  return fields;
}

/** Reads the bits of a field one after the other, the first column's first. */
function bits(field: Cursor | undefined): () => boolean {
  let index = 0;
  const bytes = field?.view(field.left) ?? Buffer.alloc(0);
  return () => (bytes[index >> 3]! & (0x80 >> (index++ & 7))) !== 0;
}

/**
 * Reads the collations of the text columns one after the other: either one for each, or a default and the exceptions.
 * A VECTOR is kept like a BLOB, and counts as one here.
 */
function collations(byDefault: Cursor | undefined, each: Cursor | undefined): () => number {
  if (each) return () => each.lengthEncoded();
  if (!byDefault) return () => { throw new MalformedEvent("a text column without a character set"); };
  const fallback = byDefault.lengthEncoded();
  const exceptions = new Map<number, number>();
  while (byDefault.left > 0) exceptions.set(byDefault.lengthEncoded(), byDefault.lengthEncoded());
  let index = 0;
  return () => exceptions.get(index++) ?? fallback;
}

function members(field: Cursor | undefined, charset: string): string[] {
  if (!field) throw new MalformedEvent("an ENUM or SET column without members");
  const decode = decoderOf(charset === "binary" ? "latin1" : charset)!;
  return Array.from({ length: field.lengthEncoded() }, () => {
    const length = field.lengthEncoded(), from = field.skip(length);
    return decode(field.bytes, from, from + length);
  });
}

function primaryKey(optional: Map<number, Cursor>): number[] {
  const whole = optional.get(FIELD.primaryKey), prefixed = optional.get(FIELD.primaryKeyWithPrefix);
  const key: number[] = [];
  while (whole && whole.left > 0) key.push(whole.lengthEncoded());
  while (prefixed && prefixed.left > 0) {
    key.push(prefixed.lengthEncoded());
    prefixed.lengthEncoded();
  }
  return key;
}
