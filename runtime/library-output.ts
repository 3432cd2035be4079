import { format } from "node:util";
import type { Log } from "./log.js";

/**
 * What libraries print by themselves, and what Node warns of, become lines of the log: who reads that as JSON meets nothing else. mysql2
 * prints
 * `packets out of order` when a server ends a connection in the middle of a statement, and the Cassandra driver leaves a listener at a node
 * with
 * each connection it loses. For the main of a process, to which console and warnings belong.
 */
export function logLibraryOutput(log: Log): void {
  const say = (...printed: unknown[]) => log.warn({ printed: format(...printed) }, "a library says");
  for (const name of ["error", "warn", "trace"] as const) console[name] = say;
  process.removeAllListeners("warning");
  process.on("warning", ({ name, message }) => log.warn({ printed: `${name}: ${message}` }, "a library warns"));
}
