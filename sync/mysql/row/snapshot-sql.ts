import { escapeId } from "mysql2";
import type { Entity, Key } from "../../../schema/entity.js";
import type { Field } from "../../../schema/fields.js";
import type { KeyRange } from "../../../schema/position.js";
import { type Compared, literal } from "./literal.js";

/** Selects the declared columns of every row of the entity's table. */
export function selectRows(entity: Entity, database: string): string {
  return `SELECT ${Object.entries(entity.fields)
    .map(([name, field]) => selected(field, escapeId(name, true), escapeId(selectedAs(name), true)))
    .join(", ")} FROM ${escapeId(database, true)}.${escapeId(entity.table, true)}`;
}

/** What a column is called in the result. The driver refuses these names, and no column has one of more than 64 characters. */
export function selectedAs(column: string): string {
  return refused.has(column) ? `${"_".repeat(60)}${column}` : column;
}

const refused: ReadonlySet<string> = new Set(["__proto__", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__"]);

/** The column as a SELECT gives it exactly: the driver cuts numbers with a point short, and takes shapes and vectors apart. */
function selected({ type }: Field, name: string, as: string): string {
  switch (type.kind) {
    // As a sum with a number of 64 bits a FLOAT has all its digits, and a DOUBLE(M,D) those beyond D. Only JSON is then printed in full.
    case "float": case "double": return `CAST(${name} + 0e0 AS JSON) AS ${as}`;
    case "geometry": return `CAST(${name} AS BINARY) AS ${as}`;
    case "vector": return `HEX(${name}) AS ${as}`;
    default: return name === as ? name : `${name} AS ${as}`;
  }
}

/** Selects the first rows of a key range, in key order. */
export function selectChunk(entity: Entity, database: string, { after, upTo }: KeyRange, rows: number): string {
  const order = comparedKey(entity).map((part) => part.order).join(", ");
  const bounds = [...(after ? [beyond(entity, after)] : []), ...(upTo ? [`NOT (${beyond(entity, upTo)})`] : [])];
  return `${selectRows(entity, database)}${bounds.length > 0 ? ` WHERE ${bounds.map((bound) => `(${bound})`).join(" AND ")}` : ""} ORDER `
    + `BY ${order} LIMIT ${rows}`;
}

export function selectKeys(entity: Entity, database: string, keys: readonly Key[]): string {
  const one = entity.key.length === 1;
  const compared = comparedKey(entity);
  // Within a tuple MySQL compares an ENUM with a number as if both were texts.
  if (!one && compared.some(({ above }) => above)) {
    const rows = keys.map((key) => compared.map(({ column, of }, i) => `${column} = ${of(key[i]!)}`).join(" AND "));
    return `${selectRows(entity, database)} WHERE (${rows.join(") OR (")})`;
  }
  const names = compared.map((part) => part.column).join(", ");
  const tuples = keys.map((key) => {
    const literals = compared.map(({ of }, i) => of(key[i]!)).join(", ");
    return one ? literals : `(${literals})`;
  });
  return `${selectRows(entity, database)} WHERE ${one ? names : `(${names})`} IN (${tuples.join(", ")})`;
}

/**
 * Writes `a >= 1 AND (a > 1 OR (a = 1 AND b > 2))`, which means `(a, b) > (1, 2)`. The server reads the range of this form from the index.
 */
function beyond(entity: Entity, after: Key): string {
  const parts = comparedKey(entity).map(({ column, of, above }, i) => {
    const equal = `${column} = ${of(after[i]!)}`;
    return { equal, above: above?.(after[i]!) ?? `${column} > ${of(after[i]!)}`, from: above ? null : `${column} >= ${of(after[i]!)}` };
  });
  const [first, ...rest] = parts;
  if (rest.length === 0) return first!.above;
  const alternatives = parts.map(({ above }, i) => [...parts.slice(0, i).map(({ equal }) => equal), above].join(" AND "));
  const within = `(${alternatives.map((a) => `(${a})`).join(" OR ")})`;
  return first!.from === null ? within : `${first!.from} AND ${within}`;
}

function comparedKey(entity: Entity): readonly Compared[] {
  return entity.key.map((name) => literal(entity.fields[name]!, column(entity, name)));
}

/** The column itself: its bare name in ORDER BY would be what the SELECT made of it. */
function column(entity: Entity, name: string): string {
  return `${escapeId(entity.table, true)}.${escapeId(name, true)}`;
}
