import fc from "fast-check";
import { runHistory } from "./model/run.js";
import { histories } from "./model/world.js";

/** How many histories of each kind. How long they take depends on the machine. */
const numRuns = Number(process.env.SLUICE_HISTORIES ?? 200);

jest.setTimeout(Math.max(900_000, numRuns * 100));

test.each([
  ["with a crash at any effect of any write", "never"],
  ["also while a process writes on whose turn another has", "sometimes"],
] as const)("invariants 1 to 5: after any history, %s, the sink equals the source or says in its dead letters why not, and no reader "
  + "ever saw a row go back", async (_, two) => {
  const began = performance.now();
  const details = await fc.check(fc.asyncProperty(histories(two), (history) => runHistory(history)), { numRuns });
  // The seed and the path repeat it: fc.check(property, { seed, path }).
  if (details.failed) throw new Error(
    `seed ${details.seed}, path ${details.counterexamplePath}: ${String(details.errorInstance)}`, { cause: details.errorInstance },
  );
  expect(details.numRuns).toBe(numRuns);
  if (process.env.SLUICE_HISTORIES)
    process.stderr.write(`${details.numRuns} histories in ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
});
