import { escape, escapeId } from "mysql2";
import type { Entity, Key } from "../../../schema/entity.js";
import type { Field } from "../../../schema/fields.js";
import type { KeyRange } from "../../../schema/position.js";

/** Selects the declared columns of every row of the entity's table. */
export function selectRows(entity: Entity, database: string): string {
  return `SELECT ${Object.keys(entity.fields)
    .map((name) => escapeId(name))
    .join(", ")} FROM ${escapeId(database)}.${escapeId(entity.table)}`;
}

/** Selects the first rows of a key range, in key order. */
export function selectChunk(entity: Entity, database: string, { after, upTo }: KeyRange, rows: number): string {
  const order = entity.key.map((name) => escapeId(name)).join(", ");
  const bounds = [...(after ? [beyond(entity, after)] : []), ...(upTo ? [`NOT (${beyond(entity, upTo)})`] : [])];
  return `${selectRows(entity, database)}${bounds.length > 0 ? ` WHERE ${bounds.map((bound) => `(${bound})`).join(" AND ")}` : ""} ORDER `
    + `BY ${order} LIMIT ${rows}`;
}

export function selectKeys(entity: Entity, database: string, keys: readonly Key[]): string {
  const one = entity.key.length === 1;
  const tuples = keys.map((key) => {
    const literals = key.map((part, i) => literal(entity.fields[entity.key[i]!]!, part)).join(", ");
    return one ? literals : `(${literals})`;
  });
  const names = entity.key.map((name) => escapeId(name)).join(", ");
  return `${selectRows(entity, database)} WHERE ${one ? names : `(${names})`} IN (${tuples.join(", ")})`;
}

/**
 * Writes `a >= 1 AND (a > 1 OR (a = 1 AND b > 2))`, which means `(a, b) > (1, 2)`. The server reads the range of this form from the index.
 */
function beyond(entity: Entity, after: Key): string {
  const parts = entity.key.map((name, i) => ({ name: escapeId(name), value: literal(entity.fields[name]!, after[i]!) }));
  const [first, ...rest] = parts;
  if (rest.length === 0) return `${first!.name} > ${first!.value}`;
  const alternatives = parts.map(({ name, value }, i) => [
    ...parts.slice(0, i).map((p) => `${p.name} = ${p.value}`), `${name} > ${value}`,
  ].join(" AND "));
  return `${first!.name} >= ${first!.value} AND (${alternatives.map((a) => `(${a})`).join(" OR ")})`;
}

/** Writes a literal of the column's own type: MySQL would compare a number in quotes as a floating point number. */
function literal({ type: wanted }: Field, part: string | number): string {
  const text = String(part);
  switch (wanted.kind) {
    case "int64": case "int32": case "decimal": case "boolean": {
      const digits = text === "true" ? "1" : text === "false" ? "0" : text;
      if (!/^-?\d+(\.\d+)?$/.test(digits)) throw new Error(`"${text}" is not a number, so it is no key of this table`);
      return digits;
    }
    case "timestamp": return `TIMESTAMP${escape(text.replace("T", " ").replace("Z", ""))}`;
    case "date": case "string": case "choice": return escape(text);
  }
  wanted satisfies never;
}
