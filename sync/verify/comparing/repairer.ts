import type { TableSink, Writer } from "../../../stores/ports.js";

/** What the repair of a store needs. */
export interface Repairer {
  /** The same engine, to write to. */
  readonly sink: TableSink;
  readonly writer: Writer;
  readonly auditFile: string;
  /**
   * Does the work while no pipeline writes to the store. Returns false, with nothing done, when one
   * does and cannot be brought to rest from here.
   */
  atRest(work: () => Promise<void>): Promise<boolean>;
}
