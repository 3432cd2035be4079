import { adopted, type Progress } from "../../schema/position.js";
import { Replaced, type TableSink } from "../ports.js";
import type { Session } from "./connection/session.js";
import { Invalid } from "./errors.js";
import { readTables } from "./tables/system-schema.js";
import { progressTable } from "./tables/tables.js";
import { bigintBytes } from "./values/codec.js";

/** A keyspace is the place of one pipeline. Its row does not depend on that pipeline's name, so the name can be changed. */
const pipeline = "cassandra";
const select = `SELECT progress, writetime(progress) AS stamp FROM ${progressTable.name} WHERE pipeline = ?`;
const replace = `INSERT INTO ${progressTable.name} (pipeline, progress) VALUES (?, ?) USING TIMESTAMP ?`;

/** The stored progress. Null, too, in a keyspace that was not prepared yet. */
export async function readProgress(session: Session): Promise<Progress | null> {
  return (await readStamped(session)).progress;
}

/**
 * The sink's progress. Its stamps grow even when the clock steps back: otherwise such a clock would hide each new progress (invariant 2).
 * It is stored only over what this sink has read or stored last. Any other progress is from a
 * backup, or from a keyspace that was made again.
 */
export function progressIn(
  session: Session,
): Pick<TableSink, "storeProgress" | "progress"> & { stamp(): Promise<number>; latest(): Promise<number> } {
  let last: number | null = null;
  /** The stamps that may be there: what was read, and what was given since, whose answer may not have come. */
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
    /** The stamp of what is stored now. */
    stamp: async () => (await read()).stamp,
    /** The latest stamp read or given, also if the server has lost what was stored with it. */
    latest,
    async storeProgress(progress) {
      const { stamp } = await read();
      if (known && !known.has(stamp)) throw new Replaced(`another progress is in keyspace ${session.keyspace}`);
      const next = (last = Math.max((await latest()) + 1, Date.now() * 1000));
      // A write that was never answered may still arrive.
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
    // This statement is not prepared. A server may keep a prepared statement of a dropped keyspace, and then answer nothing else to it.
    const { rows: [row] } = await session.execute(select, [pipeline], { prepare: false });
    return row ? {
      progress: adopted(JSON.parse(row.progress as string) as Progress), stamp: Number(row.stamp),
    } : { progress: null, stamp: 0 };
  } catch (error) {
    if (error instanceof Invalid && !(await readTables(session)).has(progressTable.name)) return { progress: null, stamp: 0 };
    throw error;
  }
}
