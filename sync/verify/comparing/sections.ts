import { type Entity, type Key, keyValue } from "../../../schema/entity.js";
import type { FieldType } from "../../../schema/fields.js";
import { checkOf, sortKeyOf } from "../../../schema/kinds/kinds.js";

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
  readonly #orders: readonly PartOf[];
  /** The last key of each section but the last one. */
  #ends: End[] = [];
  #last: End | null = null;

  constructor(entity: Entity) {
    const orders = entity.key.map((name) => orderOf(entity.fields[name]!.type));
    const unordered = orders.indexOf(null);
    this.#orders = (unordered < 0 ? orders : orders.slice(0, unordered)) as readonly PartOf[];
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
    for (const [i, order] of this.#orders.entries()) {
      const part = order(key[i]!);
      if (part === null) return null;
      parts.push(part);
    }
    return parts;
  }
}

type PartOf = (part: string | number) => Part | null;

/** How values are ordered here as in MySQL; null for those that MySQL orders by a collation. Whole numbers compare fastest as they are. */
function orderOf(type: FieldType): PartOf | null {
  if (type.kind === "int64" || type.kind === "int32" || type.kind === "uint64") return whole;
  const [order, check] = [sortKeyOf(type), checkOf(type)];
  return order && ((part) => (check(keyValue(type, part)) ? order(keyValue(type, part)) : null));
}

const whole: PartOf = (part) => (/^-?\d{1,20}$/.test(String(part)) ? BigInt(part) : null);

function compare(a: readonly Part[], b: readonly Part[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  return 0;
}
