import { drawFrom, type Random } from "../generator/random.js";
import type { Fault, Scheduled, ServerName, StoreName } from "./world/fault.js";

/** What happens in one history: a function of its seed and of the stores there are. */
export interface Plan {
  readonly seed: number;
  /** How long the workload goes on, and faults with it. */
  readonly durationMs: number;
  /** How many transactions a second it aims at. */
  readonly rate: number;
  readonly faults: readonly Scheduled[];
}

/** Draws the plan of a history. @param most seconds its workload may last; the engines' own restarts come on top */
export function planOf(seed: number, stores: readonly StoreName[], most = 16): Plan {
  const draw = drawFrom(seed);
  const random = draw("plan", 0, "shape");
  const durationMs = random.whole(most * 500, most * 1000);
  const count = Math.max(3, Math.round(durationMs / 1000 * (0.4 + random.next() * 0.6)));
  const from = choices(stores, Math.min(4_000, most * 400));
  const faults = Array.from({ length: count }, (_, i): Scheduled => {
    const of = draw("plan", i + 1, "fault");
    return { atMs: of.whole(200, durationMs), fault: drawn(from, of) };
  });
  const planned = [...opening(random, most), ...huge(stores, draw("plan", 0, "large")), ...faults].sort((a, b) => a.atMs - b.atMs);
  return { seed, durationMs, rate: random.whole(20, 120), faults: planned };
}

/** Makes the first snapshot long enough that much is written meanwhile, and that sync is killed in its midst. */
function opening(random: Random, most: number): Scheduled[] {
  if (random.chance(0.4)) return [];
  const slow: Scheduled = { atMs: 0, fault: { kind: "slow", engine: "mysql", ms: random.whole(most * 250, most * 500) } };
  return random.chance(0.5) ? [slow] : [slow, { atMs: random.whole(most * 125, most * 300), fault: { kind: "kill sync" } }];
}

/** A large transaction, in one history of twenty, and only for a store that is fast enough for it. */
function huge(stores: readonly StoreName[], random: Random): Scheduled[] {
  if (!random.chance(0.05) || stores.join() !== "embedded") return [];
  return [
    { atMs: random.whole(0, 5_000), fault: { kind: "large transaction", rows: Math.round(1_000_000 * Math.max(0.1, random.next())) } },
  ];
}

interface Choice {
  readonly weight: number;
  readonly make: (random: Random) => Fault;
}

function drawn(from: readonly Choice[], random: Random): Fault {
  let left = random.next() * from.reduce((sum, { weight }) => sum + weight, 0);
  for (const { weight, make } of from) if ((left -= weight) < 0) return make(random);
  return from.at(-1)!.make(random);
}

/** Longer than Cassandra's driver waits for an answer. */
const driverMs = 11_000;

/** The faults to choose from. What restarts in seconds is killed often; what takes half a minute is mostly frozen instead. */
function choices(stores: readonly StoreName[], mostMs: number): readonly Choice[] {
  const ms = (random: Random): number => random.whole(200, mostMs);
  const remote = stores.filter((store) => store !== "embedded");
  const linked: readonly ServerName[] = ["mysql", ...remote];
  return [
    { weight: 6, make: () => ({ kind: "kill sync" }) },
    { weight: 2, make: (random) => ({ kind: "freeze sync", ms: ms(random) }) },
    { weight: 2, make: (random) => ({ kind: "second sync", ms: ms(random) + 1_500 }) },
    { weight: 1, make: () => ({ kind: "kill", engine: "mysql" }) },
    { weight: 0.5, make: () => ({ kind: "restart", engine: "mysql" }) },
    { weight: 1, make: () => ({ kind: "rotate binary log" }) },
    { weight: 1, make: () => ({ kind: "fail over" }) },
    { weight: 1, make: (random) => ({ kind: "lose primary", unreplicated: random.pick([0, 0, 1, 3, 10]) }) },
    { weight: 3, make: (random) => ({ kind: "freeze", engine: random.pick(linked), ms: ms(random) }) },
    { weight: 4, make: (random) => ({
      kind: random.pick(["cut", "slow", "half-open", "unanswered"] as const), engine: random.pick(linked), ms: ms(random),
    }) },
    ...(stores.includes("embedded") ? [{ weight: 1, make: (random: Random): Fault => ({ kind: "full disk", ms: ms(random) }) }] : []),
    ...(stores.includes("elasticsearch") ? [
      { weight: 1, make: (random: Random): Fault => ({ kind: "overload", engine: "elasticsearch", ms: ms(random) }) },
    ] : []),
    ...(stores.includes("cassandra") ? [{
      weight: 2,
      make: (random: Random): Fault => ({
        kind: random.pick(["freeze", "unanswered"] as const), engine: "cassandra",
        ms: random.chance(0.5) ? driverMs + ms(random) : ms(random),
      }),
    }, { weight: 2, make: (random: Random): Fault => ({ kind: "write timeout", engine: "cassandra", ms: ms(random) }) }] : []),
    { weight: 1, make: (random) => ({ kind: "wipe", store: random.pick(stores) }) },
    ...remote.map((engine) => ({ weight: 0.1, make: (): Fault => ({ kind: "kill", engine }) })),
  ];
}
