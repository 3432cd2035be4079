import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type History, runHistory } from "../../faults/history.js";
import { planOf } from "../../faults/plan.js";
import { openWorld, type World } from "../../faults/world/world.js";

jest.setTimeout(240_000);

const signal = new AbortController().signal;
let folder: string;
let world: World;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-faults-"));
  world = await openWorld(folder, ["embedded"], () => undefined, signal);
});
afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** The workload of each history lasts this many seconds at most; `npm run faults` runs as many and as long as its options say. */
const seconds = 4;

test.each([2, 3, 4, 6, 255])(
  "invariants 1 to 5 and 7: history %i, with kills, cuts, failovers, a lost primary or a full disk, ends with the store equal to what "
    + "was written",
  async (seed) => {
    const history: History = await runHistory(planOf(seed, world.stores, seconds), world, signal);
    expect(history.deviations).toEqual([]);
    expect(history.transactions).toBeGreaterThan(20);
    expect(Object.keys(history.faults).length).toBeGreaterThan(1);
  },
);
