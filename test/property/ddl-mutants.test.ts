import { join } from "node:path";
import type { QueryEvent } from "../../sync/mysql/binlog/event.js";
import type * as classify from "../../sync/mysql/statement/classify.js";
import { type Effect, none } from "../../sync/mysql/statement/effect.js";
import { Broken, runSequence } from "./ddl/run.js";
import { Following, openWorld, type World } from "./ddl/world.js";

jest.setTimeout(600_000);

/** The mistakes that are planted in the reading of statements: in the event, or in what is made of it. */
interface Mutant {
  readonly event?: (event: QueryEvent) => QueryEvent;
  readonly effect?: (effect: Effect, event: QueryEvent) => Effect;
}

const mockPlanted: { mutant: Mutant } = { mutant: {} };

jest.mock("../../sync/mysql/statement/classify.js", () => {
  const real = jest.requireActual<typeof classify>("../../sync/mysql/statement/classify.js");
  const effectOf: typeof real.effectOf = (event, followed) => {
    const { mutant } = mockPlanted, read = mutant.event?.(event) ?? event, effect = real.effectOf(read, followed);
    return mutant.effect?.(effect, event) ?? effect;
  };
  return { ...real, effectOf };
});

const without = (what: RegExp): Mutant => ({ effect: (effect) => (what.test(effect.what) ? none : effect) });
const text = (change: (statement: string) => string): Mutant => ({ event: (event) => ({ ...event, statement: change(event.statement) }) });

const planted: readonly (readonly [name: string, breaks: Broken["of"], mutant: Mutant])[] = [
  ["comments are not skipped", "copies", text((statement) => statement.replaceAll("/*", "/ *").replaceAll("-- ", "- - "))],
  ["version comments are skipped as any other", "copies", text((statement) => statement.replace(/\/\*!\d*/g, "/*"))],
  ["ANSI_QUOTES is ignored", "copies", { event: (event) => ({ ...event, sqlMode: event.sqlMode & ~4 }) }],
  ["a table that was renamed is left as it is", "rows", without(/renamed, or/)],
  ["a table that was dropped is left as it is", "rows", without(/dropped/)],
  ["changed columns are left as they are", "rows", without(/columns?|key/)],
  ["partitions are left as they are", "rows", without(/partitions/)],
  ["rows changed as text are left as they are", "rows", without(/logged as text/)],
  ["an emptied table is left as it is", "rows", { effect: (effect) => ({ ...effect, emptied: null }) }],
  [
    "everything is copied for every statement", "copies",
    { effect: (effect) => (effect.rows.length > 0 ? effect : { ...effect, rows: ["payment"], what: "may have changed" }) },
  ],
];

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await world.db.query("CREATE DATABASE ddl");
});
afterAll(async () => { await world[Symbol.asyncDispose](); });

test.each(planted)("a planted mutant is killed: %s", async (name, breaks, mutant) => {
  const file = name.replaceAll(/\W/g, "_");
  await using store = new Following(world, new URL(`sqlite://${join(world.folder, `${file}.db`)}`));
  mockPlanted.mutant = {};
  store.start();
  let broken = new Error("no sequence tells it") as Error | Broken;
  try {
    for (let seed = 1; seed <= 40 && !(broken instanceof Broken); seed++) {
      await runSequence(seed, world, [store], () => { mockPlanted.mutant = mutant; }).catch((error: unknown) => {
        if (!(error instanceof Broken)) throw error;
        broken = error;
      });
      mockPlanted.mutant = {};
    }
  } finally {
    mockPlanted.mutant = {};
  }
  if (!(broken instanceof Broken) || broken.of !== breaks) throw broken;
});
