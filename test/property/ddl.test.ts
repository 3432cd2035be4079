import { join } from "node:path";
import { type Outcome, runSequence } from "./ddl/run.js";
import { Following, openWorld } from "./ddl/world.js";

/** How many; some by default. SLUICE_DDL_SEED names the first. */
const sequences = Number(process.env.SLUICE_DDL_SEQUENCES ?? 20), first = Number(process.env.SLUICE_DDL_SEED ?? 1);

jest.setTimeout(sequences > 20 ? 14_400_000 : 300_000);

test("invariants 3 and 10: after any statements, however they are written, the store equals the server, or its pipeline stopped by name with a remedy that ends equal", async () => {
  await using world = await openWorld();
  await world.db.query("CREATE DATABASE ddl");
  await using store = new Following(world, new URL(`sqlite://${join(world.folder, "store.db")}`));
  store.start();
  const outcomes: Outcome[] = [], began = performance.now();
  for (let seed = first; seed < first + sequences; seed++) outcomes.push(await runSequence(seed, world, [store]));
  const count = (of: (outcome: Outcome) => number | boolean) => outcomes.reduce((sum, outcome) => sum + Number(of(outcome)), 0);
  process.stderr.write(`${outcomes.length} sequences, ${count(({ statements }) => statements)} statements, ${count(({ recopies }) => recopies)} recopies, `
    + `${count(({ stopped }) => stopped)} stopped, ${count(({ absent }) => absent)} lacked a table; ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
  expect(outcomes).toHaveLength(sequences);
});
