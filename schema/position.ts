/**
 * Microseconds since the Unix epoch, a safe integer; grows with every row event and is unique to it. Row events have even ones:
 * the first of a transaction is the least even number above the previous and not below its original commit timestamp.
 */
export type Version = number;

export const versionStep = 2;

/** The version of the next row event. */
export function nextVersion(previous: Version, stamp: number): Version {
  const least = Math.max(previous + 1, stamp);
  return least + (least % versionStep);
}

/**
 * For writing a row once more as it is now, after the store refused what the row event of this version made of it. It wins over
 * whatever that event left behind, and loses to every later one, which is at least `versionStep` newer (invariant 4).
 */
export function rewriteVersion(refused: Version): Version {
  return refused + 1;
}

/** A place in the binary log. Positions exist only at commits (invariant 5). */
export interface Position {
  /** Executed GTID set, with its gaps, as MySQL prints it; empty when GTIDs are off. */
  readonly gtids: string;
  /** Binary log file and end offset on the server it was read from. */
  readonly file: string;
  readonly offset: number;
  /** The last version given out, so that a replay from here gives the same versions again. */
  readonly version: Version;
}

/** How far a sink has come. It is stored in the sink it describes. */
export type Progress =
  | {
      readonly phase: "snapshot";
      /** Where the stream will go on from once every table is copied. */
      readonly head: Position;
      /** By table: the last key copied, or `done`. A table that is absent has not begun. */
      readonly copied: Readonly<Record<string, readonly (string | number)[] | "done">>;
    }
  | {
      readonly phase: "stream";
      readonly position: Position;
      /** Milliseconds since the epoch at which the sink held everything the source had committed. */
      readonly currentAt: number;
    };
