import { rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolder } from "../../../runtime/files/folder.js";
import { Replaced, Retriable } from "../../ports.js";
import { type Connection, openConnection } from "./connection.js";

/** A file that was written to this lately may be a backup that is still being copied to its place. */
const quietMs = 1_000;

/**
 * Opens the file for its one writer, and makes it and its folder if they are missing.
 * When another file, or none, stands in its place, that one is opened, or made, and the call that found it throws `Replaced`. @throws
 * StoreRefusal when the file is not Sluice's or cannot be opened
 */
export function openWriter(file: string): Connection {
  const open = () => {
    makeFolder(dirname(file));
    return openConnection(file, file, "writer");
  };
  return following(file, open, (former, now, reopen) => {
    if (now.main && isFresh(now.main)) throw new Retriable(
      `${file} was replaced`, new Error("what takes its place is still being written"),
    );
    reopen(() => leave(file, former));
    throw new Replaced(`${file} was ${now.main ? "replaced by another file" : "deleted or moved away"}`);
  });
}

/**
 * Opens for reading whatever stands there: if another file takes its place, that one is read from then on.
 * A missing file is not made, and counts as empty until its writer makes it. So does a file beside the log of the
 * former one, until its writer has removed that log.
 * @throws StoreRefusal
 */
export function openReader(file: string): Connection {
  const open = (now: Standing, former: Standing | null) => {
    const isWhole = now.main && (now.main.identity === former?.main?.identity || !former?.index || now.index !== former.index);
    return openConnection(file, isWhole ? file : ":memory:", "reader");
  };
  return following(file, open, (_former, _now, reopen) => reopen());
}

/** What stands at the path, and the index of its log, which is there while the file is open. */
interface Standing {
  readonly main: { readonly identity: string; readonly modifiedAt: number } | null;
  readonly index: string | null;
}

function standingAt(file: string): Standing {
  return { main: lookAt(file), index: lookAt(`${file}-shm`)?.identity ?? null };
}

/** Null for nothing. If this process may not look at it, SQLite says why. */
function lookAt(file: string): Standing["main"] {
  try {
    const { dev, ino, mtimeMs } = statSync(file, { bigint: true });
    return { identity: `${dev} ${ino}`, modifiedAt: Number(mtimeMs) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? null : { identity: String(code), modifiedAt: 0 };
  }
}

function isFresh({ modifiedAt }: NonNullable<Standing["main"]>): boolean {
  const age = Date.now() - modifiedAt;
  return age >= 0 && age < quietMs;
}

function isSame(one: Standing, other: Standing): boolean {
  return one.main?.identity === other.main?.identity && one.index === other.index;
}

/** Removes the log of a file that was moved without it: it must not be taken for that of the file which stands there now. */
function leave(file: string, former: Standing): void {
  if (former.index === null || lookAt(`${file}-shm`)?.identity !== former.index) return;
  for (const each of [`${file}-wal`, `${file}-shm`]) rmSync(each, { force: true });
}

/**
 * A connection to whatever stands at the path. SQLite itself goes on with the file it has opened, even when no path leads to it any more.
 */
function following(
  file: string, open: (now: Standing, former: Standing | null) => Connection,
  onMoved: (former: Standing, now: Standing, reopen: (between?: () => void) => void) => void,
): Connection {
  let { db, standing } = opened(null);
  let [isOpen, isLeft] = [true, false];

  function opened(former: Standing | null): { readonly db: Connection; readonly standing: Standing } {
    for (;;) {
      const before = standingAt(file), found = open(before, former), after = standingAt(file);
      // A writer makes what is missing; what it has made it finds again.
      if (before.main?.identity === after.main?.identity) return { db: found, standing: after };
      found[Symbol.dispose]();
    }
  }
  function look(): void {
    const now = standingAt(file);
    if (!isOpen || (!isLeft && isSame(now, standing))) return;
    const former = standing;
    onMoved(former, now, (between = () => undefined) => {
      isLeft = true;
      // Its last changes go with it, because SQLite itself leaves them in the log of a file that was moved.
      db.finish();
      between();
      ({ db, standing } = opened(former));
      isLeft = false;
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
    finish() {
      isOpen = false;
      db.finish();
    },
    [Symbol.dispose]() {
      isOpen = false;
      db[Symbol.dispose]();
    },
  };
}
