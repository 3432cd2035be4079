import { adopted, type Progress } from "../../schema/position.js";
import { Replaced, type Sink } from "../ports.js";
import type { Session } from "./connection/session.js";
import { Invalid } from "./errors.js";
import { readTables } from "./tables/system-schema.js";
import { progressTable } from "./tables/tables.js";
import { bigintBytes } from "./values/codec.js";

const pipeline = "cassandra";
const select = `SELECT progress, writetime(progress) AS stamp FROM ${progressTable.name} WHERE pipeline = ?`;
const replace = `INSERT INTO ${progressTable.name} (pipeline, progress) VALUES (?, ?) USING TIMESTAMP ?`;

/** Null also where nobody prepared the keyspace yet. */
export async function readProgress(session: Session): Promise<Progress | null> {
  return (await readStamped(session)).progress;
}

/**
 * The sink's progress. Its stamps grow whatever the clock does, else one that steps back would hide each new commit (invariant 2). It is
 * stored only over
 * what this sink has read or stored last: another is of a backup, or of a keyspace that was made anew.
 */
export function progressIn(
  session: Session,
): Pick<Sink, "storeProgress" | "progress"> & { stamp(): Promise<number>; latest(): Promise<number> } {
  let last: number | null = null;
  /** What may be stored: what was read, and what was given since, whose answer may not have come. */
  let known: ReadonlySet<number> | null = null;
  const read = async () => {
    const found = await readStamped(session);
    last = Math.max(last ?? 0, found.stamp);
    return found;
  };
  const latest = async () => last ?? (await read()).stamp;
  return {
    async progress() {
      const { progress, stamp } = await read();
      known = new Set([stamp]);
      return progress;
    },
    /** Of what is stored now. */
    stamp: async () => (await read()).stamp,
    /** The latest stamp read or given, also where the server has lost what was stored with it. */
    latest,
    async storeProgress(progress) {
      const { stamp } = await read();
      if (known && !known.has(stamp)) throw new Replaced(`another progress is in keyspace ${session.keyspace}`);
      const next = (last = Math.max((await latest()) + 1, Date.now() * 1000));
      // What was given and never answered may still come.
      known = new Set([...(known ?? [stamp]), next]);
      await session.execute(replace, [pipeline, JSON.stringify(progress), bigintBytes(next)]);
      known = new Set([next]);
    },
  };
}

interface Stamped {
  readonly progress: Progress | null;
  /** Microseconds since the epoch, 0 while there is no progress. */
  readonly stamp: number;
}

async function readStamped(session: Session): Promise<Stamped> {
  try {
    // Not prepared: a server may keep a prepared statement of a keyspace that was dropped, and answer nothing else to it any more.
    const { rows: [row] } = await session.execute(select, [pipeline], { prepare: false });
    return row ? {
      progress: adopted(JSON.parse(row.progress as string) as Progress), stamp: Number(row.stamp),
    } : { progress: null, stamp: 0 };
  } catch (error) {
    if (error instanceof Invalid && !(await readTables(session)).has(progressTable.name)) return { progress: null, stamp: 0 };
    throw error;
  }
}
