import fc from "fast-check";
import { Derivation } from "../../sync/cascades/consequences.js";
import { Copies } from "../../sync/progress/copies.js";
import { Window } from "../../sync/reading/window.js";
import { familyHistories } from "./model/families.js";
import { withWriter } from "./model/instead.js";
import { type Mutant, runHistory } from "./model/run.js";
import { Violation } from "./model/violation.js";

/** How many histories of each kind. How long they take depends on the machine. */
const numRuns = Number(process.env.SLUICE_HISTORIES ?? 300);

jest.setTimeout(Math.max(900_000, numRuns * 150));

test.each(["never", "sometimes"] as const)("invariants 1 to 5: what foreign keys change by themselves reaches the sink, through any crash "
  + "and beside any copy (a second process: %s)", async (two) => {
  const details = await fc.check(fc.asyncProperty(familyHistories(two), (history) => runHistory(history)), { numRuns });
  // The seed and the path repeat it: fc.check(property, { seed, path }).
  if (details.failed) throw new Error(
    `seed ${details.seed}, path ${details.counterexamplePath}: ${String(details.errorInstance)}`, { cause: details.errorInstance },
  );
  expect(details.numRuns).toBe(numRuns);
});

const restored = (spy: { mockRestore(): void }): Disposable => ({ [Symbol.dispose]: () => spy.mockRestore() });

const planted: readonly (readonly [name: string, mutant: Mutant])[] = [
  ["rows that a copy has read do not count as changed", {
    begin: () => restored(jest.spyOn(Window.prototype, "suspect").mockImplementation(() => undefined)),
  }],
  ["a table that is being copied counts as whole", {
    begin: () => restored(jest.spyOn(Copies.prototype, "isExact").mockReturnValue(true)),
  }],
  ["a row is written before those that were found by it", {
    begin: () => {
      const inOrder = Object.getOwnPropertyDescriptor(Derivation.prototype, "parts")!.get!;
      return restored(jest.spyOn(Derivation.prototype, "parts", "get").mockImplementation(function (this: Derivation) {
        return (inOrder.call(this) as Derivation["parts"]).toReversed();
      }));
    },
  }],
  ["what a row is found by is removed before the row", {
    sink: (sink) => withWriter(sink, (writer) => ({
      write: (changes, signal) => writer.write(changes.map(({ foundBy: _, ...change }) => change), signal),
    })),
  }],
];

test.each(planted)("a planted mutant is killed: %s", async (_, mutant) => {
  const unbroken = fc.asyncProperty(familyHistories("never"), async (history) => {
    try {
      using _ = mutant.begin?.();
      await runHistory(history, mutant);
      return true;
    } catch (error) {
      if (error instanceof Violation) return false;
      throw error;
    }
  });
  const { failed, errorInstance } = await fc.check(unbroken, { seed: 1, numRuns: 6_000, endOnFailure: true });
  expect([failed, (errorInstance as Error | null)?.message]).toEqual([true, "Property failed by returning false"]);
});
