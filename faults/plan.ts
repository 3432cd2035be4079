import { drawFrom, type Random } from "../generator/random.js";
import type { Fault, Scheduled, ServerName, StoreName } from "./fault.js";

/** What happens in one history: a function of its seed and of the stores there are. */
export interface Plan {
  readonly seed: number;
  /** How long the workload goes on, and faults with it. */
  readonly durationMs: number;
  /** Transactions aimed at in a second. */
  readonly rate: number;
  readonly faults: readonly Scheduled[];
}

/** @param most seconds a history's workload may last; the engines' own restarts come on top */
export function planOf(seed: number, stores: readonly StoreName[], most = 16): Plan {
  const draw = drawFrom(seed);
  const random = draw("plan", 0, "shape");
  const durationMs = random.whole(most * 500, most * 1000);
  const count = Math.max(3, Math.round(durationMs / 1000 * (0.4 + random.next() * 0.6)));
  const faults = Array.from({ length: count }, (_, i): Scheduled => {
    const of = draw("plan", i + 1, "fault");
    return { atMs: of.whole(200, durationMs), fault: drawn(choices(stores), of) };
  });
  const planned = [...opening(random), ...faults].sort((a, b) => a.atMs - b.atMs);
  return { seed, durationMs, rate: random.whole(20, 120), faults: planned };
}

/** The first snapshot made long enough that much is written meanwhile, and that it is killed in its midst. */
function opening(random: Random): Scheduled[] {
  if (random.chance(0.4)) return [];
  const slow: Scheduled = { atMs: 0, fault: { kind: "slow", engine: "mysql", ms: random.whole(4_000, 8_000) } };
  return random.chance(0.5) ? [slow] : [slow, { atMs: random.whole(2_000, 5_000), fault: { kind: "kill sync" } }];
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

const ms = (random: Random): number => random.whole(200, 4_000);

/** What restarts in seconds is killed often; what takes half a minute is frozen instead, and seldom killed. */
function choices(stores: readonly StoreName[]): readonly Choice[] {
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
    { weight: 3, make: (random) => ({ kind: "freeze", engine: random.pick(linked), ms: ms(random) }) },
    { weight: 4, make: (random) => ({ kind: random.pick(["cut", "slow", "half-open"] as const), engine: random.pick(linked), ms: ms(random) }) },
    ...(stores.includes("embedded") ? [{ weight: 1, make: (random: Random): Fault => ({ kind: "full disk", ms: ms(random) }) }] : []),
    ...(stores.includes("elasticsearch") ? [{ weight: 1, make: (random: Random): Fault => ({ kind: "overload", engine: "elasticsearch", ms: ms(random) }) }] : []),
    { weight: 1, make: (random) => ({ kind: "wipe", store: random.pick(stores) }) },
    ...remote.map((engine) => ({ weight: 0.1, make: (): Fault => ({ kind: "kill", engine }) })),
  ];
}
