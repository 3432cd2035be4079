import { type Entity, type Key, keyValue, type Row } from "../../../schema/entity.js";
import type { FieldKind } from "../../../schema/fields.js";
import { checkOf } from "../../../schema/kinds/kinds.js";
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
  return key.length === entity.key.length && entity.key.every((name, i) => {
    const { type } = entity.fields[name]!;
    // A stored number may come as text, as in the id of a document.
    return checkOf(type)(numbers.has(type.kind) ? Number(key[i]) : keyValue(type, key[i]!));
  });
}

const numbers: ReadonlySet<FieldKind> = new Set(["int32", "float", "double"]);
