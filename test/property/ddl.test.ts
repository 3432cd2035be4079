import { join } from "node:path";
import { freshKeyspace } from "../stores/cassandra/fresh-keyspace.js";
import { openTestStore } from "../stores/elasticsearch/test-store.js";
import { type Outcome, runSequence } from "./ddl/run.js";
import { Following, openWorld } from "./ddl/world.js";

/**
 * How many sequences to run; some by default. SLUICE_DDL_SEED names the first; with
 * SLUICE_DDL_STORES=all, Cassandra and Elasticsearch follow, too.
 */
const sequences = Number(process.env.SLUICE_DDL_SEQUENCES ?? 20), first = Number(process.env.SLUICE_DDL_SEED ?? 1);

jest.setTimeout(sequences > 20 ? 14_400_000 : 300_000);

test("invariants 3 and 10: after any statements, however they are written, the store equals the server, or its pipeline stopped by name "
  + "with a remedy that ends equal", async () => {
  await using world = await openWorld();
  await world.db.query("CREATE DATABASE ddl");
  const closing: AsyncDisposable[] = [];
  const opened = <T extends AsyncDisposable>(what: T): T => {
    closing.unshift(what);
    return what;
  };
  const urls = [new URL(`sqlite://${join(world.folder, "store.db")}`)];
  if (process.env.SLUICE_DDL_STORES === "all") urls.push(opened(await freshKeyspace()).url, opened(openTestStore()).url);
  const stores = urls.map((url) => opened(new Following(world, url)));
  for (const store of stores) store.start();
  await using _ = { [Symbol.asyncDispose]: async () => { for (const each of closing) await each[Symbol.asyncDispose](); } };
  const outcomes: Outcome[] = [], began = performance.now();
  for (let seed = first; seed < first + sequences; seed++) outcomes.push(await runSequence(seed, world, stores));
  const count = (of: (outcome: Outcome) => number | boolean) => outcomes.reduce((sum, outcome) => sum + Number(of(outcome)), 0);
  process.stderr.write(
    `${outcomes.length} sequences, ${count(({ statements }) => statements)} statements, ${count(({ recopies }) => recopies)} recopies, ` +
      `${count(({ stopped }) => stopped)} stopped, ${count(({ absent }) => absent)} lacked a table; `
        + `${((performance.now() - began) / 1000).toFixed(1)} s\n`,
  );
  expect(outcomes).toHaveLength(sequences);
});
