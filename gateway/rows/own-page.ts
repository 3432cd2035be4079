import { setImmediate as turn } from "node:timers/promises";
import { type Entity, entryOf, type Lookup, type Row } from "../../schema/entity.js";
import type { Page, Slice } from "../../stores/ports.js";

/** A way through the entries of a lookup, in its order, that leaves out what is not shown. */
export interface Walk {
  list(page: Page): Promise<Slice>;
  keep(rows: readonly Row[]): Promise<readonly Row[]>;
  /** Whether this operation has read that part before, so that it costs nothing. */
  isKnown?(page: Page): boolean;
}

const stepRows = 500;
const maxSteps = 24;

/** How many reads beyond the first of each page one operation has left, over all its pages; `spent` is called for each. */
export interface Patience {
  left: number;
  spent(rows: number): void;
}

export const patience = (spent: Patience["spent"] = () => undefined): Patience => ({ left: 100, spent });

/**
 * Reads one page of what is kept of a lookup, with `more` exact. All walks yield the same rows in the same order.
 * The first walk that fills the page, or reaches the end, answers; the next begins only when the one before it was given up.
 * A walk over the viewer's own rows comes first: as long as it answers, the time it takes tells nothing of other rows.
 * After `maxSteps` reads, or without patience left, a walk is given up. When all are, the longest part is the page and `more` is true,
 * also of no rows at all. No entry that was left out shows in any cursor.
 */
export async function ownPage(of: Entity, lookup: Lookup, walks: readonly Walk[], page: Page, operation: Patience): Promise<Slice> {
  let longest: readonly Row[] = [];
  for (const walk of walks) {
    const { rows, ended } = await follow(of, lookup, walk, page, operation);
    if (rows.length > page.limit) return { rows: nearest(rows, page), more: true };
    if (ended) return { rows, more: false };
    if (rows.length > longest.length) longest = rows;
  }
  return { rows: longest, more: true };
}

interface Followed {
  readonly rows: readonly Row[];
  readonly ended: boolean;
}

/** What is kept, until it is more than a page, and whether the end was reached. */
async function follow(of: Entity, lookup: Lookup, walk: Walk, page: Page, operation: Patience): Promise<Followed> {
  let rows: readonly Row[] = [];
  let from = page.from;
  for (let step = 0; step < maxSteps && rows.length <= page.limit; step++) {
    const part = { limit: step === 0 ? page.limit + 1 : stepRows, from, backward: page.backward };
    if (step > 0 && !walk.isKnown?.(part)) {
      if (operation.left-- <= 0) break;
      operation.spent(stepRows);
      // A store of this process answers at once, so other requests get the event loop here.
      await turn();
    }
    const slice = await walk.list(part);
    const kept = await walk.keep(slice.rows);
    rows = page.backward ? [...kept, ...rows] : [...rows, ...kept];
    const last = page.backward ? slice.rows[0] : slice.rows.at(-1);
    if (!slice.more || !last) return { rows, ended: true };
    from = entryOf(of, lookup, last);
  }
  return { rows, ended: false };
}

function nearest(rows: readonly Row[], page: Page): readonly Row[] {
  return page.backward ? rows.slice(rows.length - page.limit) : rows.slice(0, page.limit);
}
