import { type Key, keyText } from "../../../schema/entity.js";
import type { Store } from "../../../stores/ports.js";

/** Why the store is without a row, by table and key. */
export type Reasons = ReadonlyMap<string, string>;

/**
 * What the store's dead letters say of these keys. To be asked after the store was looked at, since a letter is parked before its row is
 * taken out;
 * and before the log is, which then tells whether a newer change can have settled it.
 */
export async function reasonsOf(store: Store, table: string, keys: readonly Key[]): Promise<Reasons> {
  const letters = await store.deadLetters.of(table, keys);
  return new Map(letters.flatMap((letter) => (letter ? [[nameOf(letter.entity, letter.key), letter.reason] as const] : [])));
}

export function nameOf(table: string, key: Key): string {
  return `${table}\0${keyText(key)}`;
}
