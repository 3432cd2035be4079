import type { Sink } from "../../../stores/ports.js";

/** What it takes to repair a store. */
export interface Repairer {
  /** The same engine, to write to. */
  readonly sink: Sink;
  readonly auditFile: string;
  /**
   * Does the work while no pipeline writes to the store; false, and nothing done, when one does and cannot be brought to rest from here.
   */
  atRest(work: () => Promise<void>): Promise<boolean>;
}
