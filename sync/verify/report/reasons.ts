import { type Key, keyText } from "../../../schema/entity.js";
import type { Store } from "../../../stores/ports.js";

/** Why the store is without a row, by table and key. */
export type Reasons = ReadonlyMap<string, string>;

/**
 * What the store's dead letters say of these keys.
 * The caller asks after it looked at the store, because a letter is parked before its row is removed. It asks before it reads the log,
 * which then tells whether a newer change can have settled the letter.
 */
export async function reasonsOf(store: Store, table: string, keys: readonly Key[]): Promise<Reasons> {
  const letters = await store.deadLetters.of(table, keys);
  return new Map(letters.flatMap((letter) => (letter ? [[nameOf(letter.entity, letter.key), letter.reason] as const] : [])));
}

export function nameOf(table: string, key: Key): string {
  return `${table}\0${keyText(key)}`;
}
