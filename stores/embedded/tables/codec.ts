import { type Entity, type Key, keyValue, type Row } from "../../../schema/entity.js";
import type { Field, Value } from "../../../schema/fields.js";
import { setOwn } from "../../../schema/own.js";
import type { Bound } from "../file/connection.js";
import { heldAs } from "./kinds.js";

/** Converts between a Row's values and SQLite's. It refuses whatever does not come back as it went in (invariant 9). */
export interface Codec {
  /** The values of every declared field, in order. @throws Unheld */
  encode(row: Row): Bound[];
  /** @throws Unheld */
  encodeKey(key: Key): Bound[];
  /** The row whose fields begin at `values[offset]`. */
  decode(values: readonly Bound[], offset?: number): Row;
}

const codecs = new WeakMap<Entity, Codec>();

export function codecOf(of: Entity): Codec {
  let codec = codecs.get(of);
  if (!codec) codecs.set(of, codec = compile(of));
  return codec;
}

function compile(of: Entity): Codec {
  const columns = Object.entries(of.fields).map(([name, field]) => ({
    name, ...heldAs(field.type),
  }));
  const keys = of.key.map((name) => {
    const { type } = of.fields[name]!, { encode } = heldAs(type);
    return { name, encode: (part: string | number | undefined) => encode(part === undefined ? part : keyValue(type, part), name) };
  });
  return {
    encode: (row) => columns.map(({ name, encode }) => {
      const value = row[name];
      return value === null ? null : encode(value, name);
    }),
    encodeKey: (key) => keys.map(({ encode }, i) => encode(key[i])),
    decode(values, offset = 0) {
      const row: Record<string, Value> = {};
      for (const [i, { name, decode }] of columns.entries()) {
        const value = values[offset + i] ?? null;
        setOwn(row, name, value === null ? null : decode(value));
      }
      return row;
    },
  };
}

/** These fields of a row, from their values. */
export function decodeFields(of: Entity, names: readonly string[], values: readonly Bound[]): Row {
  return Object.fromEntries(names.map((name, i) => {
    const value = values[i] ?? null;
    return [name, value === null ? null : heldAs(of.fields[name]!.type).decode(value)];
  }));
}

/** One value, or part of a key, as a field keeps it, for a condition on that field. @throws Unheld */
export function encodeValue(name: string, field: Field, value: Value): Bound {
  return value === null ? null : heldAs(field.type).encode(typeof value === "boolean" ? value : keyValue(field.type, value), name);
}
