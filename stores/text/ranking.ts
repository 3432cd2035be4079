import { type Key, keyValue } from "../../schema/entity.js";
import type { FieldType } from "../../schema/fields.js";
import { checkOf } from "../../schema/kinds/kinds.js";
import type { SearchTarget } from "../ports.js";

/** Where a hit stands among all hits of a query: hits as typed before forgiven ones, then shorter texts, then by target and key. */
export interface HitRank {
  /** Whether a typing error had to be forgiven. */
  readonly forgiven: boolean;
  /**
   * Characters of the searched fields. Nothing else has weight.
   * How rare a word is, and how long texts usually are, would tell a viewer about rows and fields that it may not see (invariant 6).
   */
  readonly length: number;
  /** Index of the target in the query. */
  readonly target: number;
  readonly key: Key;
}

/** Hits of one target come in the order of their keys, and stay so. */
export function inOrder(a: HitRank, b: HitRank): number {
  return Number(a.forgiven) - Number(b.forgiven) || a.length - b.length || a.target - b.target;
}

/** From 0 to 2, and above 1 only for hits as typed. */
export function scoreOf({ forgiven, length }: HitRank): number {
  return 100 / (100 + length) + (forgiven ? 0 : 1);
}

export function cursorOf({ forgiven, length, target, key }: HitRank): string {
  return Buffer.from(JSON.stringify([forgiven, length, target, ...key])).toString("base64url");
}

/** @throws RangeError for a text that is not a cursor of these targets */
export function afterCursor(cursor: string, targets: readonly SearchTarget[]): HitRank {
  try {
    const [forgiven, length, target, ...key] = JSON.parse(Buffer.from(cursor, "base64url").toString()) as unknown[];
    const of = targets[target as number]?.entity;
    if (of && typeof forgiven === "boolean" && Number.isSafeInteger(length) && key.length === of.key.length
      && of.key.every((name, i) => isKeyPart(of.fields[name]!.type, key[i]))) {
      return { forgiven, length: length as number, target: target as number, key: key as unknown as Key };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  throw new RangeError("the cursor is not one of this search; ask for the first page, and pass on the cursors it gives");
}

function isKeyPart(type: FieldType, part: unknown): boolean {
  return (typeof part === "string" || typeof part === "number") && checkOf(type)(keyValue(type, part));
}
