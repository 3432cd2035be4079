import type { Entity, Key, Row } from "../../../schema/entity.js";
import type { FieldKind } from "../../../schema/fields.js";
import { Unheld } from "../../../schema/unheld.js";
import type { Source } from "../../source.js";

/**
 * The rows a store must have. If the catalog's types cannot hold a row, a store is right to have nothing of it.
 * A key that cannot be the table's may come from something other than a sink: the source has no such row.
 */
export async function heldRows(source: Source, entity: Entity, keys: readonly Key[]): Promise<readonly (Row | null)[]> {
  const known = keys.map((key) => isKeyOf(entity, key));
  const rows = await source.rows(entity, keys.filter((_, i) => known[i]));
  let next = 0;
  return known.map((is) => {
    const row = is ? rows[next++]! : null;
    return row instanceof Unheld ? null : row;
  });
}

/** Whether the table could have a row with this key. */
export function isKeyOf(entity: Entity, key: Key): boolean {
  return key.length === entity.key.length && entity.key.every((name, i) => patterns[entity.fields[name]!.type.kind].test(String(key[i])));
}

const patterns: Readonly<Record<FieldKind, RegExp>> = {
  int64: /^-?\d{1,19}$/,
  int32: /^-?\d{1,10}$/,
  decimal: /^-?\d{1,65}(\.\d{1,30})?$/,
  boolean: /^(true|false|0|1)$/,
  date: /^\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])$/,
  timestamp: /^\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-3])(:[0-5]\d){2}\.\d{6}Z$/,
  string: /^/,
  choice: /^/,
};
