import { setImmediate as turn } from "node:timers/promises";
import { type Entity, entryOf, type Lookup, type Row } from "../schema/entity.js";
import type { Page, Slice } from "../stores/ports.js";
import { badUserInput } from "./graphql/errors.js";

/** A way through the entries of a lookup, in its order, that leaves out what is not shown. */
export interface Walk {
  list(page: Page): Promise<Slice>;
  keep(rows: readonly Row[]): Promise<readonly Row[]>;
}

const stepRows = 500;
const maxSteps = 24;

/** Reads beyond the first of each walk that one operation has left, over all its pages. */
export interface Patience {
  left: number;
}

export const patience = (): Patience => ({ left: 100 });

/**
 * One page of what is kept of a lookup, with `more` exact. All walks yield the same rows in the same order, but one may have to pass
 * over far more than another, so they take turns and the first that fills the page, or reaches the end, answers.
 * Bounded: after `maxSteps` reads, or without patience left, it gives what it has and says there is more; no entry that was left out shows in any cursor.
 */
export async function ownPage(of: Entity, lookup: Lookup, walks: readonly Walk[], page: Page, operation: Patience): Promise<Slice> {
  const states = walks.map((walk) => ({ walk, from: page.from, kept: [] as readonly Row[], limit: page.limit + 1 }));
  for (let step = 0; step < maxSteps; step++) {
    if (step >= states.length) {
      if (operation.left-- <= 0) break;
      // A store of this process answers without a turn for anybody else.
      await turn();
    }
    const state = states[step % states.length]!;
    const slice = await state.walk.list({ limit: state.limit, from: state.from, backward: page.backward });
    const kept = await state.walk.keep(slice.rows);
    state.kept = page.backward ? [...kept, ...state.kept] : [...state.kept, ...kept];
    if (state.kept.length > page.limit) return { rows: nearest(state.kept, page), more: true };

    const last = page.backward ? slice.rows[0] : slice.rows.at(-1);
    if (!slice.more || !last) return { rows: state.kept, more: false };
    state.from = entryOf(of, lookup, last);
    state.limit = stepRows;
  }
  const longest = states.map((state) => state.kept).reduce((a, b) => (b.length > a.length ? b : a));
  if (longest.length > 0) return { rows: longest, more: true };
  throw badUserInput(`${lookup.name}: too few of these rows are yours to find them this way; ask for them from your own counterparty`);
}

function nearest(rows: readonly Row[], page: Page): readonly Row[] {
  return page.backward ? rows.slice(-page.limit) : rows.slice(0, page.limit);
}
