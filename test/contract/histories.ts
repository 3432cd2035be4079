import fc from "fast-check";
import type { Change } from "../../schema/change.js";

/** The state of a row for a while; `shelf` is the partition it stands in. */
export interface State {
  readonly text: string;
  readonly maybe: string | null;
  readonly rank: number;
  readonly shelf: 0 | 1 | 2 | null;
}

/** The life of one row: its states in order of time, null while it does not exist. Begins with a state. */
export function statesOf(): fc.Arbitrary<readonly (State | null)[]> {
  const state = fc.record<State>({
    text: fc.constantFrom("", "ash", "birch", "cedar"),
    maybe: fc.constantFrom(null, "", "x"),
    rank: fc.integer({ min: -2, max: 2 }),
    shelf: fc.constantFrom(0, 1, 2, null),
  });
  return fc.tuple(state, fc.array(fc.option(state, { freq: 3 }), { maxLength: 6 })).map(([first, rest]) => [first, ...rest]);
}

/** Every change at least once, some repeatedly, in any order, cut into batches. */
export function arrivals(changes: readonly Change[], dice: Iterator<number>): Change[][] {
  const roll = (sides: number) => (dice.next().value as number) % sides;
  const arriving = [...changes, ...changes.filter(() => roll(3) === 0)];
  for (let i = arriving.length - 1; i > 0; i--) {
    const j = roll(i + 1);
    [arriving[i], arriving[j]] = [arriving[j]!, arriving[i]!];
  }
  const batches: Change[][] = [];
  while (arriving.length > 0) batches.push(arriving.splice(0, 1 + roll(4)));
  return batches;
}
