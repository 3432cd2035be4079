import { createHash } from "node:crypto";
import { type Entity, type Key, keyText, type Row } from "../../schema/entity.js";
import type { Field, Value } from "../../schema/fields.js";
import { own, setOwn } from "../../schema/own.js";
import type { Version } from "../../schema/position.js";
import { Unheld } from "../../schema/unheld.js";
import { termsOf } from "../text/words.js";
import { documentField, orderField } from "./names.js";
import { heldAs } from "./kinds.js";

/** A document of an entity's index: the row's values as Elasticsearch keeps them, by `documentField`, and these. */
export interface Document extends Row {
  /** The whole key as text (`keyText`), also where the document's id is only its hash. */
  readonly sluice_key: string;
  readonly sluice_version: Version;
  /** A tombstone: it has no fields of the row, and only remembers that nothing older may come back (invariant 4). */
  readonly sluice_deleted: true | null;
}

/** The document as JSON text. @throws Unheld */
export type Encode = (key: string, version: Version, row: Row) => string;

export function encoderOf(of: Entity): Encode {
  const words = wordsWriterOf(of);
  const fields = Object.entries(of.fields).map(([name, field]) => ({
    name, field, label: `,${JSON.stringify(documentField(name))}:`, ordered: `,${JSON.stringify(orderField(name))}:`, ...heldAs(field.type),
  }));
  return (key, version, row) => {
    let json = `{"sluice_key":${JSON.stringify(key)},"sluice_version":${version}`;
    for (const { name, field, label, write, ordered, order } of fields) {
      const value = row[name];
      const text = value === null ? "null" : value === undefined ? null : write(value);
      if (text === null) throw new Unheld(`${of.table}.${name}: ${shown(value)} is not ${wanted(field)}`);
      json += label + text;
      if (order && value !== null) json += ordered + JSON.stringify(order(value!));
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
  for (const { name, field, read } of readersOf(of)) {
    const value = own(document, field) ?? null;
    setOwn(row, name, value === null ? null : read(value));
  }
  return row;
}

interface FieldReader {
  readonly name: string;
  readonly field: string;
  readonly read: (value: unknown) => Value;
}

const readers = new WeakMap<Entity, readonly FieldReader[]>();

function readersOf(of: Entity): readonly FieldReader[] {
  let found = readers.get(of);
  if (!found) readers.set(of, found = Object.entries(of.fields).map(([name, { type }]) => ({
    name, field: documentField(name), read: heldAs(type).read,
  })));
  return found;
}

export function tombstone(key: string, version: Version): string {
  return `{"sluice_key":${JSON.stringify(key)},"sluice_version":${version},"sluice_deleted":true}`;
}

/**
 * The id of the document with this key: its text, or a hash where an id cannot have it. The document has the whole text beside it.
 * A single id that is too long makes the server refuse the whole bulk.
 */
export function idOf(key: Key): string {
  const text = keyText(key);
  const isId = text.length > 0 && (text.length <= 170 || Buffer.byteLength(text) <= mostIdBytes) && !text.startsWith(hashed);
  return isId ? text : hashed + createHash("sha256").update(text).digest("base64url");
}

const mostIdBytes = 512;
/** A key whose own text begins so is hashed as well, so an id stands for one text. */
const hashed = "sha256:";

function wanted({ type }: Field): string {
  return type.kind === "decimal" ? `a decimal(${type.precision}, ${type.scale})` : `of kind ${type.kind}`;
}

function shown(value: Value | undefined): string {
  const text = value === undefined ? "a missing value" : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
