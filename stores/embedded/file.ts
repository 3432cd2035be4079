import { statSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolder } from "../../runtime/folder.js";
import { Replaced, Retriable } from "../ports.js";
import { type Connection, openConnection } from "./connection.js";

/** A file that was written to this lately may be a backup that is still being copied to its place. */
const quietMs = 1_000;

/**
 * For the file's one writer: makes it and its folder where they are missing. When another file stands in its place, or none, that one is opened, or made, and the
 * call that met it throws `Replaced`. @throws StoreRefusal when the file is not ours or cannot be opened
 */
export function openWriter(file: string): Connection {
  const open = () => {
    makeFolder(dirname(file));
    return openConnection(file, file, "writer");
  };
  return following(file, open, (now, reopen) => {
    if (now && isFresh(now)) throw new Retriable(`${file} was replaced`, new Error("what takes its place is still being written"));
    reopen();
    throw new Replaced(`${file} was ${now ? "replaced by another file" : "deleted or moved away"}`);
  });
}

/**
 * For reading, always what stands there: another file that takes its place is read from then on. One that is not there is not made, and is an empty
 * one until its writer makes it. @throws StoreRefusal
 */
export function openReader(file: string): Connection {
  return following(file, (at) => openConnection(file, at ? file : ":memory:", "reader"), (_, reopen) => reopen());
}

interface Standing {
  readonly identity: string;
  readonly modifiedAt: number;
}

/** What stands at the path; null for nothing. Of what may not be looked at, SQLite says why. */
function standingAt(file: string): Standing | null {
  try {
    const { dev, ino, mtimeMs } = statSync(file, { bigint: true });
    return { identity: `${dev} ${ino}`, modifiedAt: Number(mtimeMs) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? null : { identity: String(code), modifiedAt: 0 };
  }
}

function isFresh({ modifiedAt }: Standing): boolean {
  const age = Date.now() - modifiedAt;
  return age >= 0 && age < quietMs;
}

/** A connection to whatever stands at the path. SQLite itself goes on with the file it has opened, also once nobody else can find it. */
function following(file: string, open: (at: Standing | null) => Connection, onMoved: (now: Standing | null, reopen: () => void) => void): Connection {
  let { db, standing } = opened();
  let isOpen = true;

  function opened(): { readonly db: Connection; readonly standing: Standing | null } {
    for (;;) {
      const before = standingAt(file), found = open(before), after = standingAt(file);
      if (before?.identity === after?.identity) return { db: found, standing: after };
      found[Symbol.dispose]();
    }
  }
  function look(): void {
    const now = standingAt(file);
    if (!isOpen || now?.identity === standing?.identity) return;
    onMoved(now, () => {
      const found = opened();
      // That does not touch what now has its name: SQLite looks whether its file was moved before it tidies up.
      db[Symbol.dispose]();
      ({ db, standing } = found);
    });
  }
  return {
    file,
    exec: (sql) => db.exec(sql),
    statement: (sql) => ({
      run: (values) => db.statement(sql).run(values),
      all: (values) => db.statement(sql).all(values),
      first: (values) => db.statement(sql).first(values),
    }),
    transaction: (kind, body) => db.transaction(kind, body),
    attempt(what, body) {
      look();
      return db.attempt(what, body);
    },
    [Symbol.dispose]() {
      isOpen = false;
      db[Symbol.dispose]();
    },
  };
}
