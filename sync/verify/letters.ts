import { type Key, keyText } from "../../schema/entity.js";
import type { Store } from "../../stores/ports.js";

/** Why the store is without a row, by table and key. */
export type Reasons = ReadonlyMap<string, string>;

const mostLetters = 100_000;

/**
 * What the store's dead letters say. To be asked after the store was looked at, since a letter is parked before its row is taken out;
 * and before the log is, which then tells whether a newer change can have settled it.
 */
export async function reasonsOf(store: Store): Promise<Reasons> {
  const letters = await store.deadLetters.list(mostLetters);
  return new Map(letters.map(({ entity, key, reason }) => [nameOf(entity, key), reason]));
}

export function nameOf(table: string, key: Key): string {
  return `${table}\0${keyText(key)}`;
}
