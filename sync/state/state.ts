import type { Log } from "../../runtime/log.js";
import type { Position } from "../../schema/position.js";
import { type Phase, mayFollow } from "./phases.js";

/** The table that is being copied. */
export interface Copying {
  readonly table: string;
  /** How many of its rows are copied, also by earlier processes. */
  readonly rows: number;
  /** About how many rows it has, by the source's estimate. */
  readonly rowsAbout: number;
  /** About how many rows are left of all tables. */
  readonly rowsLeft: number;
}

/** What one pipeline is doing. */
export interface Doing {
  readonly phase: Phase;
  /** The position that was stored last. */
  readonly position: Position | null;
  /** Milliseconds since the epoch; see `Progress`. */
  readonly currentAt: number | null;
  readonly copying: Copying | null;
  /** Row changes settled by this process. */
  readonly rows: number;
  readonly deadLetters: number;
  /** How often this process had to copy tables again, for what the log does not tell. */
  readonly recopies: number;
  /** Set while the sink does not answer. */
  readonly retrying: { readonly since: number; readonly error: string } | null;
  /** Set while the source does not answer: where, and why. */
  readonly sourceSilent: string | null;
  /** Set while another process feeds the store, or a table to copy is absent: which one. */
  readonly waitsFor: string | null;
  readonly error: string | null;
}

/** What happens to a pipeline. Its parts report it, and the state says what follows. */
export type PipelineEvent =
  | { readonly kind: "lock held elsewhere"; readonly source: string; readonly holder: string }
  | { readonly kind: "lock taken" }
  | { readonly kind: "lock left" }
  | { readonly kind: "source silent"; readonly source: string; readonly error: string }
  | { readonly kind: "source answers"; readonly source: string }
  | { readonly kind: "store silent"; readonly doing: string; readonly error: string }
  | { readonly kind: "store answers"; readonly doing: string }
  | { readonly kind: "tables left to copy"; readonly tables: number }
  | { readonly kind: "tables absent"; readonly tables: readonly string[] }
  | { readonly kind: "copying"; readonly copying: Copying | null }
  | { readonly kind: "recopied" }
  | { readonly kind: "settled"; readonly rows: number; readonly deadLetters: number }
  | { readonly kind: "progress stored"; readonly position: Position; readonly currentAt: number | null }
  | { readonly kind: "at rest"; readonly phase: "paused" | "drained" }
  | { readonly kind: "goes on" }
  | { readonly kind: "failed"; readonly error: string }
  | { readonly kind: "begins again" }
  | { readonly kind: "ended" };

const initially: Doing = {
  phase: "starting", position: null, currentAt: null, copying: null, rows: 0, deadLetters: 0, recopies: 0, retrying: null,
  sourceSilent: null, waitsFor: null, error: null,
};

/** What one pipeline is doing. Only `apply` writes it, and `apply` logs when a wait begins and ends. */
export class PipelineState {
  #now: Doing = initially;
  /** The phase that a rest interrupts. */
  #interrupted: Phase | null = null;

  constructor(readonly name: string, readonly log: Log) {}

  get now(): Doing {
    return this.#now;
  }

  /** @throws Error when the event cannot happen in this phase, which is a fault of Sluice's own */
  apply(event: PipelineEvent): void {
    const { phase } = this.#now;
    this.#tell(event);
    const next = { ...this.#now, ...this.#changes(event) };
    if (!mayFollow(phase, next.phase)) throw new Error(`the pipeline ${this.name} cannot be ${next.phase} after ${phase} (${event.kind})`);
    this.#now = next;
    if (event.kind === "at rest") this.#interrupted ??= phase;
    else if (next.phase !== phase) this.#interrupted = null;
  }

  #changes(event: PipelineEvent): Partial<Doing> {
    const { retrying, rows, recopies } = this.#now;
    switch (event.kind) {
      case "lock held elsewhere":
        return {
          phase: "waiting", waitsFor: `another sync process feeds this store (${event.holder}); waiting until it ends`, sourceSilent: null,
        };
      case "lock taken": return { phase: "starting", waitsFor: null, retrying: null };
      case "lock left": case "source answers": return { sourceSilent: null };
      case "source silent": return { sourceSilent: event.error };
      case "store silent": return { retrying: { since: retrying?.since ?? Date.now(), error: event.error } };
      case "store answers": return { retrying: null };
      case "tables left to copy": return { phase: event.tables > 0 ? "snapshot" : "streaming" };
      case "tables absent": {
        const names = event.tables.join(", ");
        return { waitsFor: names === "" ? null : `MySQL has no table ${names}; it is copied once it is there again` };
      }
      case "copying": return { copying: event.copying };
      case "recopied": return { recopies: recopies + 1 };
      case "settled": return { rows: rows + event.rows, deadLetters: event.deadLetters };
      case "progress stored": return { position: event.position, currentAt: event.currentAt };
      case "at rest": return { phase: event.phase };
      case "goes on": return this.#interrupted ? { phase: this.#interrupted } : {};
      case "failed": return { phase: "failed", error: event.error };
      case "begins again": return { phase: "starting", error: null };
      case "ended": return { phase: "drained" };
      default: return event satisfies never;
    }
  }

  /** Logs one line when something begins, and one when it ends. */
  #tell(event: PipelineEvent): void {
    const { waitsFor, sourceSilent, retrying } = this.#now, pipeline = this.name;
    switch (event.kind) {
      case "lock held elsewhere": {
        const { source, holder } = event;
        if (!waitsFor) this.log.warn({ pipeline, source, holder }, "another sync process feeds this store; waiting until it ends");
        return;
      }
      case "lock taken":
        if (waitsFor) this.log.info({ pipeline }, "no other sync process feeds this store any more");
        return;
      case "source silent": {
        const { source, error } = event;
        if (!sourceSilent) this.log.warn({ pipeline, source, error }, "the source does not answer; trying again until it does");
        return;
      }
      case "source answers":
        if (sourceSilent) this.log.info({ pipeline, source: event.source }, "the source answers again");
        return;
      case "store silent": {
        const { doing, error } = event;
        if (!retrying) this.log.warn({ pipeline, doing, error }, "the store does not answer; trying again until it does");
        return;
      }
      case "store answers":
        if (retrying) this.log.info({ pipeline, doing: event.doing, awayMs: Date.now() - retrying.since }, "the store answers again");
    }
  }
}
