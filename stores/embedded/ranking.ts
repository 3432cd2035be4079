/** Where a hit stands among all hits of a query: what was found as typed before what was forgiven, then by weight. */
export interface Place {
  /** 1 when a typing error had to be forgiven. */
  readonly forgiven: number;
  /** Less for what is better, and never above zero: FTS5's bm25 is so. */
  readonly weight: number;
  /** Index of the target in the query. */
  readonly target: number;
  readonly id: bigint;
}

export function inOrder(a: Place, b: Place): number {
  return a.forgiven - b.forgiven || a.weight - b.weight || a.target - b.target || (a.id < b.id ? -1 : 1);
}

/** From 0 to 2, and above 1 only for what was found as typed. */
export function scoreOf({ forgiven, weight }: Place): number {
  const gain = Math.max(0, -weight);
  return gain / (1 + gain) + (forgiven ? 0 : 1);
}

export function cursorOf({ forgiven, weight, target, id }: Place): string {
  return Buffer.from(JSON.stringify([forgiven, weight, target, String(id)])).toString("base64url");
}

/** @throws RangeError for a text that no hit of this store has as its cursor */
export function afterCursor(cursor: string): Place {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (Array.isArray(read) && read.length === 4 && read.slice(0, 3).every(Number.isFinite) && /^-?\d{1,19}$/.test(read[3] as string)) {
      const id = BigInt(read[3] as string);
      if (BigInt.asIntN(64, id) === id) return { forgiven: read[0], weight: read[1], target: read[2], id };
    }
  } catch {
    // Not JSON: the same answer as for JSON that is not ours.
  }
  throw new RangeError("the cursor is not one of this search; ask for the first page, and pass on the cursors it gives");
}
