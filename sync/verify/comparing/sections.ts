import type { Entity, Key } from "../../../schema/entity.js";
import type { FieldKind } from "../../../schema/fields.js";

/** Above this number two neighbours become one section, so their memory is bounded, whatever the table. */
export const mostSections = 32_768;

type Part = bigint | string;

interface End {
  readonly key: Key;
  readonly parts: readonly Part[];
}

/**
 * The key ranges a table is divided into, as it is read in key order: one a chunk. A key belongs to the same section for every store, in
 * whatever order it gives its rows.
 * Only those parts of a key count whose order is known here. A collation orders texts, so a table
 * whose key begins with a text has one section.
 */
export class Sections {
  readonly #kinds: readonly FieldKind[];
  /** The last key of each section but the last one. */
  #ends: End[] = [];
  #last: End | null = null;

  constructor(entity: Entity) {
    const kinds = entity.key.map((name) => entity.fields[name]!.type.kind);
    const unordered = kinds.findIndex((kind) => orders[kind] === null);
    this.#kinds = unordered < 0 ? kinds : kinds.slice(0, unordered);
  }

  /** Begins a section for a chunk that ends with this key. True when there were too many, so that two neighbours became one. */
  next(last: Key): boolean {
    const parts = this.#partsOf(last);
    if (!parts) return false;
    if (this.#last && compare(this.#last.parts, parts) < 0) this.#ends.push(this.#last);
    this.#last = { key: last, parts };
    if (this.#ends.length < mostSections) return false;
    this.#ends = this.#ends.filter((_, i) => i % 2 === 1);
    return true;
  }

  /** The section of a key. A key that cannot be this table's is in the first. */
  of(key: Key): number {
    const parts = this.#partsOf(key);
    if (!parts) return 0;
    let [from, to] = [0, this.#ends.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (compare(parts, this.#ends[middle]!.parts) <= 0) to = middle;
      else from = middle + 1;
    }
    return from;
  }

  /** The key that the section begins after; null at the beginning of the table. */
  beginsAfter(section: number): Key | null {
    return section === 0 ? null : this.#ends[section - 1]!.key;
  }

  #partsOf(key: Key): readonly Part[] | null {
    const parts: Part[] = [];
    for (const [i, kind] of this.#kinds.entries()) {
      const part = orders[kind]!(String(key[i]));
      if (part === null) return null;
      parts.push(part);
    }
    return parts;
  }
}

const whole = (text: string): Part | null => (/^-?\d{1,20}$/.test(text) ? BigInt(text) : null);
const asText = (text: string): Part => text;

/** Kinds whose values are ordered here as in MySQL; null for those that MySQL orders otherwise, or by a collation. */
const orders: Readonly<Record<FieldKind, ((text: string) => Part | null) | null>> = {
  int64: whole, int32: whole, date: asText, timestamp: asText, string: null, decimal: null, boolean: null, choice: null,
};

function compare(a: readonly Part[], b: readonly Part[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  return 0;
}
