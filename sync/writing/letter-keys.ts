import { type Key, keyText } from "../../schema/entity.js";

const bits = 2 ** 23;

/**
 * Remembers which keys may have a letter, in a mebibyte however many there are. It forgets none, and takes a few keys without a letter for
 * one (one in 80 with 100,000 letters).
 * So for nearly every change of a row without a letter, the pipeline need not ask the store.
 */
export class LetterKeys {
  readonly #bits = new Uint8Array(bits / 8);

  add(entity: string, key: Key): void {
    const place = placeOf(entity, key);
    this.#bits[place >>> 3]! |= 1 << (place & 7);
  }

  mayHave(entity: string, key: Key): boolean {
    const place = placeOf(entity, key);
    return (this.#bits[place >>> 3]! & (1 << (place & 7))) !== 0;
  }
}

/** FNV-1a, mixed once more, because keys that follow one another must not fall side by side. */
function placeOf(entity: string, key: Key): number {
  let hash = 0x811c9dc5;
  for (const text of [entity, keyText(key)]) {
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) & (bits - 1);
}
