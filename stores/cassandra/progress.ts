import type { Progress } from "../../schema/position.js";
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
export function progressIn(session: Session): Pick<Sink, "commit"> & { read(): Promise<Progress | null>; storedAt(outlive: number): Promise<number> } {
  let last: number | null = null;
  const read = async () => {
    const found = await readStamped(session);
    last = Math.max(last ?? 0, found.stamp);
    return found;
  };
  return {
    read: async () => (await read()).progress,
    /** Microseconds since the epoch, 0 while there is none. What is stored from now on is stored after `outlive`. */
    async storedAt(outlive) {
      const { stamp } = await read();
      last = Math.max(last!, outlive);
      return stamp;
    },
    async commit(progress) {
      if (last === null) await read();
      last = Math.max(last! + 1, Date.now() * 1000);
      await session.execute(replace, [pipeline, JSON.stringify(progress), bigintBytes(last)]);
    },
  };
}

async function readStamped(session: Session): Promise<{ readonly progress: Progress | null; readonly stamp: number }> {
  try {
    const { rows: [row] } = await session.execute(select, [pipeline]);
    return row ? { progress: JSON.parse(row.progress as string) as Progress, stamp: Number(row.stamp) } : { progress: null, stamp: 0 };
  } catch (error) {
    if (error instanceof Invalid && !(await readTables(session)).has(progressTable.name)) return { progress: null, stamp: 0 };
    throw error;
  }
}
