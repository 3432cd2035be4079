import { adopted, type Progress } from "../../schema/position.js";
import type { Sink } from "../ports.js";
import { bigintBytes } from "./codec.js";
import { Invalid } from "./errors.js";
import type { Session } from "./session.js";
import { readTables } from "./system-schema.js";
import { progressTable } from "./tables.js";

const pipeline = "cassandra";
const select = `SELECT progress, writetime(progress) AS stamp FROM ${progressTable.name} WHERE pipeline = ?`;
const replace = `INSERT INTO ${progressTable.name} (pipeline, progress) VALUES (?, ?) USING TIMESTAMP ?`;

/** Null also where nobody prepared the keyspace yet. */
export async function readProgress(session: Session): Promise<Progress | null> {
  return (await readStamped(session)).progress;
}

/** The sink's progress. Its stamps grow whatever the clock does, else one that steps back would hide each new commit (invariant 2). */
export function progressIn(session: Session): Pick<Sink, "commit"> & { read(): Promise<Stamped>; latest(): Promise<number> } {
  let last: number | null = null;
  const read = async () => {
    const found = await readStamped(session);
    last = Math.max(last ?? 0, found.stamp);
    return found;
  };
  const latest = async () => last ?? (await read()).stamp;
  return {
    read,
    /** The latest stamp read or given, also where the server has lost what was stored with it. */
    latest,
    async commit(progress) {
      last = Math.max(await latest() + 1, Date.now() * 1000);
      await session.execute(replace, [pipeline, JSON.stringify(progress), bigintBytes(last)]);
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
    const { rows: [row] } = await session.execute(select, [pipeline]);
    return row ? { progress: adopted(JSON.parse(row.progress as string) as Progress), stamp: Number(row.stamp) } : { progress: null, stamp: 0 };
  } catch (error) {
    if (error instanceof Invalid && !(await readTables(session)).has(progressTable.name)) return { progress: null, stamp: 0 };
    throw error;
  }
}
