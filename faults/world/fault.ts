export type ServerName = "mysql" | "cassandra" | "elasticsearch";
const stores = ["embedded", "cassandra", "elasticsearch"] as const;
export type StoreName = (typeof stores)[number];

/** Something that goes wrong, as data: `ms` is how long it lasts. */
export type Fault =
  | { readonly kind: "kill sync" | "fail over" | "rotate binary log" }
  | { readonly kind: "freeze sync" | "second sync" | "full disk"; readonly ms: number }
  | { readonly kind: "kill" | "restart"; readonly engine: ServerName }
  | { readonly kind: "freeze"; readonly engine: ServerName; readonly ms: number }
  | { readonly kind: Disturbance; readonly engine: ServerName; readonly ms: number }
  | { readonly kind: "wipe"; readonly store: StoreName }
  /** The primary dies for good and the standby takes over. `unreplicated` last transactions are lost. */
  | { readonly kind: "lose primary"; readonly unreplicated: number }
  | { readonly kind: "large transaction"; readonly rows: number };

/**
 * What a connection may suffer. `cut` refuses new ones too, and `slow` delays every piece. `half-open` swallows everything and says
 * nothing; `unanswered` swallows the answers only, so that what was asked is done.
 * `overload` answers 429 in Elasticsearch's place, and `write timeout` answers in Cassandra's
 * that it cannot know whether the write was done.
 */
export type Disturbance = "cut" | "slow" | "half-open" | "unanswered" | "overload" | "write timeout";

export interface Scheduled {
  /** The time after the history began. */
  readonly atMs: number;
  readonly fault: Fault;
}

/** Writes `freeze cassandra`: the kind as it is counted. */
export function nameOf(fault: Fault): string {
  if ("engine" in fault) return `${fault.kind} ${fault.engine}`;
  return "store" in fault ? `${fault.kind} ${fault.store}` : fault.kind;
}

/** What a fault touches. Faults that touch one thing come one after another; others come as they fall. */
export function touches(fault: Fault): readonly string[] {
  switch (fault.kind) {
    case "kill sync": case "freeze sync": case "second sync": return ["sync"];
    case "fail over": case "rotate binary log": return ["mysql"];
    case "full disk": return ["embedded"];
    case "kill": case "restart": case "freeze": return [fault.engine];
    case "cut": case "slow": case "half-open": case "unanswered": case "overload": case "write timeout": return [`link ${fault.engine}`];
    // Sync must have stored what it has read of what is lost, too (docs/operations/steering.md), so nothing else goes on meanwhile.
    case "lose primary": return fault.unreplicated === 0 ? ["mysql", "sync"] : [
      "mysql", "sync", ...stores, ...stores.map((name) => `link ${name}`), "link mysql",
    ];
    case "large transaction": return [];
    case "wipe": return ["sync", fault.store];
  }
  fault satisfies never;
}
