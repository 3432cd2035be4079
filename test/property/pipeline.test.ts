import fc from "fast-check";
import { runHistory } from "./model/run.js";
import { histories } from "./model/world.js";

/** How many of each kind; by default as many as fit in some seconds. */
const wanted = Number(process.env.SLUICE_HISTORIES ?? 0);
const limits = wanted > 0 ? { numRuns: wanted } : { numRuns: 100_000, interruptAfterTimeLimit: 9_000 };

jest.setTimeout(wanted > 0 ? 3_600_000 : 120_000);

test.each([
  ["with a crash at any effect of any write", "never"],
  ["also while a process writes on whose turn another has", "sometimes"],
] as const)("invariants 1 to 5: after any history, %s, the sink equals the source or says in its dead letters why not, and no reader ever saw a row go back", async (_, two) => {
  const began = performance.now();
  const details = await fc.check(fc.asyncProperty(histories(two), (history) => runHistory(history)), limits);
  // The seed and the path bring it back: fc.check(property, { seed, path }).
  if (details.failed) throw new Error(`seed ${details.seed}, path ${details.counterexamplePath}: ${String(details.errorInstance)}`, { cause: details.errorInstance });
  expect(details.numRuns).toBeGreaterThanOrEqual(wanted || 100);
  if (wanted > 0) process.stderr.write(`${details.numRuns} histories in ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
});
