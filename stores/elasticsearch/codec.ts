import type { Entity, Key, Row } from "../../schema/entity.js";
import { keyText } from "../../schema/entity.js";
import type { Field, FieldType, Value } from "../../schema/fields.js";
import type { Version } from "../../schema/position.js";
import { Unheld } from "../../schema/unheld.js";
import { termsOf } from "../text/words.js";

/** A document of an entity's index: the row as it is in `Row`, and these. */
export interface Document extends Row {
  readonly sluice_key: string;
  readonly sluice_version: Version;
  /** A tombstone: it has no fields of the row, and only remembers that nothing older may come back (invariant 4). */
  readonly sluice_deleted: true | null;
}

/** The document as JSON text. @throws Unheld */
export type Encode = (id: string, version: Version, row: Row) => string;

export function encoderOf(of: Entity): Encode {
  const words = wordsWriterOf(of);
  const fields = Object.entries(of.fields).map(([name, field]) => ({
    name, field, label: `,${JSON.stringify(name)}:`, write: writerOf(field.type),
  }));
  return (id, version, row) => {
    let json = `{"sluice_key":${JSON.stringify(id)},"sluice_version":${version}`;
    for (const { name, field, label, write } of fields) {
      const value = row[name];
      const text = value === null ? "null" : value === undefined ? null : write(value);
      if (text === null) throw new Unheld(`${of.table}.${name}: ${shown(value)} is not ${wanted(field)}`);
      json += label + text;
    }
    return `${json}${words(row)}}`;
  };
}

/** Writes each searched field's terms and length, by its place among them, as the end of the document's JSON text. */
export function wordsWriterOf(of: Entity): (row: Row) => string {
  if (of.search.length === 0) return () => "";
  const fields = of.search.map((name, place) => ({ name, start: `"${termOf(place, "")}`, length: `,"${lengthField(place)}":` }));
  return (row) => {
    let terms = "", lengths = "";
    for (const { name, start, length } of fields) {
      const value = row[name] ?? null;
      if (value === null) continue;
      const text = String(value);
      const found = termsOf(text);
      // Long texts repeat the same words.
      for (const term of found.length > mostRepeated ? new Set(found) : found) terms += `${terms && ","}${start}${term}"`;
      lengths += length + (text.length - (text.match(/[\ud800-\udbff]/g)?.length ?? 0));
    }
    return `,"sluice_words":[${terms}]${lengths}`;
  };
}

const mostRepeated = 30;

/** A term as it stands in the index. One field holds the terms of all fields, so a search in many costs as much as in one. */
export function termOf(place: number, term: string): string {
  return `${place}:${term}`;
}

export function lengthField(place: number): string {
  return `sluice_length_${place}`;
}

/** Writes the document without its words, as JSON text that still lacks its last brace. */
export function withoutWords(document: Document): string {
  return JSON.stringify(
    Object.fromEntries(Object.entries(document).filter(([name]) => name !== "sluice_words" && !name.startsWith("sluice_length_"))),
  ).slice(0, -1);
}

/** Reads a row. A field that the document lacks was added to the table later, and is null. */
export function decode(of: Entity, document: Document): Row {
  const row: Record<string, Value> = {};
  for (const name in of.fields) row[name] = widened(of.fields[name]!.type, document[name] ?? null);
  return row;
}

export function tombstone(id: string, version: Version): string {
  return `{"sluice_key":${JSON.stringify(id)},"sluice_version":${version},"sluice_deleted":true}`;
}

/** The document's id. @throws Unheld, because a single id that is too long makes the server refuse the whole bulk */
export function idOf(key: Key): string {
  const id = keyText(key);
  if (!holds(id)) throw new Unheld(`a key of ${Buffer.byteLength(id)} bytes; an Elasticsearch id has 1 to 512`);
  return id;
}

/** Whether a document with this id can exist. */
export function holds(id: string): boolean {
  return id.length > 0 && (id.length <= 170 || Buffer.byteLength(id) <= 512);
}

/** Whether this text is a 64-bit signed integer. */
export function isInt64(text: string): boolean {
  if (!/^-?\d{1,19}$/.test(text)) return false;
  return text.length < 19 || BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}

/**
 * Writes the JSON text of a value, or null if it is not of the type: Elasticsearch would silently make a long of "1.5" as a string.
 * It rejects days that do not exist by itself.
 */
function writerOf(type: FieldType): (value: NonNullable<Value>) => string | null {
  const text = (
    fits: (text: string) => boolean,
  ) => (value: NonNullable<Value>) => (typeof value === "string" && fits(value) ? `"${value}"` : null);
  switch (type.kind) {
    case "int64": return text(isInt64);
    case "int32": return (value) => (Number.isSafeInteger(value) ? String(value) : null);
    case "decimal": {
      const form = new RegExp(`^-?\\d{1,${Math.max(1, type.precision - type.scale)}}${type.scale > 0 ? `\\.\\d{${type.scale}}` : ""}$`);
      return text((value) => form.test(value));
    }
    case "boolean": return (value) => (typeof value === "boolean" ? String(value) : null);
    case "date": return text((value) => /^\d{4}-\d\d-\d\d$/.test(value));
    case "timestamp": return text((value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(value));
    case "string": case "choice": return (value) => (typeof value === "string" ? JSON.stringify(value) : null);
    default: return type satisfies never;
  }
}

/** Reads a document written while the column was still INT, or already BIGINT. */
function widened({ kind }: FieldType, value: Value): Value {
  if (kind === "int64" && typeof value === "number") return String(value);
  if (kind === "int32" && typeof value === "string") return Number(value);
  return value;
}

function wanted({ type }: Field): string {
  return type.kind === "decimal" ? `a decimal(${type.precision}, ${type.scale})` : `of kind ${type.kind}`;
}

function shown(value: Value | undefined): string {
  const text = value === undefined ? "a missing value" : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
