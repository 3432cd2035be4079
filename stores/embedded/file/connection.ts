import { statSync } from "node:fs";
import Database from "libsql";
import { makePrivately } from "../../../runtime/files/private-file.js";
import { Retriable, StoreRefusal } from "../../ports.js";
import { isUnprepared, storeError } from "./errors.js";

/** What SQLite takes and gives here. Never a boolean: libsql ends the process on one. Integers come back as bigint. */
export type Bound = string | number | bigint | null;

export interface Statement {
  /** `rowid` is that of the last row inserted, exact below 2^53. */
  run(values: readonly Bound[]): { readonly changes: number; readonly rowid: bigint };
  all(values?: readonly Bound[]): Bound[][];
  first(values?: readonly Bound[]): Bound[] | undefined;
}

/** One connection to the file. It is synchronous: code between two awaits has it for itself. */
export interface Connection extends Disposable {
  readonly file: string;
  exec(sql: string): void;
  /** Prepares each text once. The texts are derived from the catalog, so their number is bounded. */
  statement(sql: string): Statement;
  /** Runs all of `body` or nothing. `write` waits for the file's one write lock first; `read` sees one state throughout. */
  transaction<T>(mode: "read" | "write", body: () => T): T;
  /** Closes it for good, after moving what its log holds into the file, as far as no reader is in the way. */
  finish(): void;
  /** Runs `body`, naming what it was for in the errors of SQLite. */
  attempt<T>(what: string, body: () => T): T;
}

/** "SLUI" tells Sluice's files from other programs' (sqlite.org, PRAGMA application_id). */
const applicationId = 0x534c5549;
const formatVersion = 1;

/**
 * In WAL mode with synchronous=NORMAL a power loss may take the last transactions, but only as a suffix.
 * SQLite replays the log up to its first incomplete frame, and syncs it before it moves any of it into the database (sqlite.org,
 * "Write-Ahead Logging"). Progress is committed after its rows to the same log, so it never outlives them (invariant 1).
 * What a power loss took is read from the binary log again.
 */
const pragmas =
  "PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000; PRAGMA cache_size = -32768; PRAGMA journal_size_limit = 67108864;";

/** `place` is where SQLite keeps the file. @throws StoreRefusal when the file is not Sluice's or cannot be opened */
export function openConnection(file: string, place: string, mode: "writer" | "reader"): Connection {
  const db = openDatabase(file, place, mode);
  const statements = new Map<string, Statement>();
  const connection: Connection = {
    file,
    exec: (sql) => void db.exec(sql),
    statement(sql) {
      const known = statements.get(sql);
      if (known) return known;
      const prepared = prepareStatement(db, sql, file, mode);
      statements.set(sql, prepared);
      return prepared;
    },
    transaction(kind, body) {
      db.exec(kind === "write" ? "BEGIN IMMEDIATE" : "BEGIN");
      try {
        const result = body();
        db.exec("COMMIT");
        return result;
      } catch (error) {
        // A full disk has already rolled back (sqlite.org, "Response To Errors Within A Transaction").
        if (db.inTransaction) db.exec("ROLLBACK");
        throw error;
      }
    },
    attempt(what, body) {
      try {
        return body();
      } catch (error) {
        throw storeError(what, file, error);
      }
    },
    finish() {
      if (!db.open) return;
      try {
        if (mode === "writer") db.exec("PRAGMA wal_checkpoint(PASSIVE)");
      } catch {
        // What could not be moved belongs to a file that is deleted.
      }
      db.close();
    },
    [Symbol.dispose]: () => void (db.open && db.close()),
  };
  try {
    connection.attempt("opening", () => claim(connection, mode));
    return connection;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Whether the file is missing. If this process may not look at it, SQLite says why. */
function isMissing(file: string): boolean {
  try {
    statSync(file);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}

function openDatabase(file: string, place: string, mode: "writer" | "reader"): Database.Database {
  try {
    if (mode === "writer" && isMissing(file)) makePrivately(file);
    return new Database(place);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreRefusal("embedded", `${file} cannot be opened (${why})`, "name a file in a folder this process may write to");
  }
}

/** Sets the connection up, after making sure that the file is empty or Sluice's. */
function claim(db: Connection, mode: "writer" | "reader"): void {
  db.exec(pragmas);
  const pragma = (name: string) => Number(db.statement(`PRAGMA ${name}`).first()?.[0]);
  const used = db.statement("SELECT 1 FROM sqlite_schema LIMIT 1").first() !== undefined;
  if (used && pragma("application_id") !== applicationId) {
    throw new StoreRefusal("embedded", `${db.file} is another program's database`, "name another file");
  }
  if (used && pragma("user_version") !== formatVersion) {
    throw new StoreRefusal("embedded", `${db.file} was made by another version of this program`, "name another file; sync fills it");
  }
  if (mode === "reader") db.exec("PRAGMA query_only = ON");
  else {
    db.exec("PRAGMA journal_mode = WAL");
    db.transaction("write", () => {
      db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${formatVersion};`);
      db.exec(ownTables);
    });
  }
}

/** The tables beside the entities. Keys of tombstones and letters are JSON if SQLite has no value for them. */
const ownTables = `
  CREATE TABLE IF NOT EXISTS sluice_entity (name TEXT PRIMARY KEY, declaration TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sluice_progress (only INTEGER PRIMARY KEY CHECK (only = 1), progress TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS sluice_generation (number INTEGER PRIMARY KEY, generation TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS sluice_tombstone (entity TEXT, key ANY, version INTEGER NOT NULL, PRIMARY KEY (entity, key)) STRICT,
  WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sluice_tombstone_by_version ON sluice_tombstone (version);
  CREATE TABLE IF NOT EXISTS sluice_dead_letter (
    entity TEXT, key TEXT, version INTEGER NOT NULL, parked_at INTEGER NOT NULL, letter TEXT NOT NULL, PRIMARY KEY (entity, key)
  ) STRICT;`;

function prepareStatement(db: Database.Database, sql: string, file: string, mode: "writer" | "reader"): Statement {
  try {
    const statement = db.prepare<Bound[]>(sql);
    if (statement.reader) statement.raw().safeIntegers();
    return {
      run(values) {
        const { changes, lastInsertRowid } = statement.run(values as never);
        return { changes, rowid: BigInt(lastInsertRowid) };
      },
      all: (values = []) => statement.all(values as never) as Bound[][],
      first: (values = []) => statement.get(values as never) as Bound[] | undefined,
    };
  } catch (error) {
    if (mode === "reader" && isUnprepared(error)) throw new Retriable(
      `${file} is not prepared for this catalog; sync does it when it starts`, error,
    );
    throw error;
  }
}
