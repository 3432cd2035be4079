import { Unheld } from "../../../schema/unheld.js";
import { Retriable, StoreRefusal } from "../../ports.js";

/** SQLite's primary result codes that are distinguished here (sqlite.org, "Result and Error Codes"). */
const SQLITE = {
  ERROR: 1, BUSY: 5, LOCKED: 6, NOMEM: 7, READONLY: 8, IOERR: 10, CORRUPT: 11, FULL: 13, CANTOPEN: 14, PROTOCOL: 15,
  TOOBIG: 18, CONSTRAINT: 19, MISMATCH: 20, NOTADB: 26,
} as const;

/** The primary result code of what libsql threw; null when SQLite did not say one. */
function resultOf(error: unknown): number | null {
  const raw = error instanceof Error && "rawCode" in error ? error.rawCode : null;
  return typeof raw === "number" ? raw & 0xff : null;
}

/** Whether SQLite refuses this row, rather than being unable to work. */
export function isUnheld(error: unknown): error is Error {
  const result = resultOf(error);
  return error instanceof Unheld || result === SQLITE.TOOBIG || result === SQLITE.CONSTRAINT || result === SQLITE.MISMATCH;
}

/** Whether the statement does not fit the tables as they are. */
export function isUnprepared(error: unknown): boolean {
  return resultOf(error) === SQLITE.ERROR;
}

/** Turns `error`, which came while doing `what` in `file`, into a failure that the callers know. */
export function storeError(what: string, file: string, error: unknown): unknown {
  switch (resultOf(error)) {
    case SQLITE.BUSY: case SQLITE.LOCKED: case SQLITE.PROTOCOL: case SQLITE.NOMEM: case SQLITE.IOERR: case SQLITE.CANTOPEN:
      return new Retriable(`${what} in ${file}`, error);
    case SQLITE.FULL:
      return new Retriable(`${what} in ${file}: free some space on its disk`, error);
    case SQLITE.READONLY:
      return new StoreRefusal("embedded", `${file} cannot be written`, "give this process write permission for the file and its folder");
    case SQLITE.NOTADB:
      return new StoreRefusal("embedded", `${file} is not a SQLite database`, "name another file, or remove this one");
    case SQLITE.CORRUPT:
      return new StoreRefusal("embedded", `${file} is damaged`, "remove the file; sync fills a new one from the system of record");
    default:
      return error;
  }
}
