import { format } from "node:util";
import type { Log } from "./log.js";

/**
 * Turns what libraries print, and what Node warns of, into lines of the log, so that a reader of JSON finds nothing else there. The main of
 * a process calls it, because console and warnings belong to that.
 * mysql2 prints `packets out of order` when a server ends a connection in the middle of a statement. The Cassandra driver leaves a listener
 * at a node with each connection it loses.
 */
export function logLibraryOutput(log: Log): void {
  const say = (...printed: unknown[]) => log.warn({ printed: format(...printed) }, "a library says");
  for (const name of ["error", "warn", "trace"] as const) console[name] = say;
  process.removeAllListeners("warning");
  process.on("warning", ({ name, message }) => log.warn({ printed: `${name}: ${message}` }, "a library warns"));
}
