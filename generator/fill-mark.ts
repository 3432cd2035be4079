import type { Connection, RowDataPacket } from "mysql2/promise";

/** What decides the rows of a fill. */
export interface FillPlan {
  readonly seed: number;
  readonly rows: number;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

export interface FillMark extends FillPlan {
  readonly whole: boolean;
}

/**
 * Beside the tables it fills, the generator keeps which fill began there and whether it came to its end.
 * The rows alone do not say how many were wanted. So without the mark a killed fill would look
 * like a whole one, and could not be completed.
 */
const table = "sluice_generator_fill";

/** Reads the fill of the connection's database; null when no marked fill has begun. */
export async function readFillMark(connection: Connection): Promise<FillMark | null> {
  const [found] = await connection.query<RowDataPacket[]>("SHOW TABLES LIKE ?", [table]);
  if (found.length === 0) return null;
  const [[row]] = await connection.query<RowDataPacket[]>(`SELECT seed, row_count, until_ms, whole FROM ${table}`);
  return row ? { seed: Number(row.seed), rows: Number(row.row_count), until: Number(row.until_ms), whole: Number(row.whole) === 1 } : null;
}

/** Marks the beginning, before the first row. */
export async function markBegun(connection: Connection, { seed, rows, until }: FillPlan): Promise<void> {
  await connection.query(`CREATE TABLE IF NOT EXISTS ${table} (
    id TINYINT PRIMARY KEY DEFAULT 1, seed BIGINT NOT NULL, row_count BIGINT NOT NULL, until_ms BIGINT NOT NULL, whole BOOLEAN NOT NULL)`);
  await connection.query(`REPLACE INTO ${table} (seed, row_count, until_ms, whole) VALUES (?, ?, ?, FALSE)`, [seed, rows, until]);
}

/** Marks the end, after the last row. */
export async function markWhole(connection: Connection): Promise<void> {
  await connection.query(`UPDATE ${table} SET whole = TRUE`);
}

/** Writes the plan as a user does. */
export function planText({ seed, rows, until }: FillPlan): string {
  return `--seed ${seed} --rows ${rows} --until ${new Date(until).toISOString()}`;
}

export interface Refusal {
  readonly problem: string;
  readonly remedy: string;
}

/** Says why the database may not be filled so; null when it is empty, or holds the beginning of this very fill. */
export function refusalOf(plan: FillPlan, mark: FillMark | null, filled: readonly string[]): Refusal | null {
  if (mark && !mark.whole) {
    return planText(mark) === planText(plan)
      ? null
      : {
          problem: `a fill with ${planText(mark)} was interrupted there, and one with ${planText(plan)} is wanted`,
          remedy:
            "fill with the former options to complete it; or begin with an empty database: drop this one and run migrate again, or "
              + "`start --fresh`",
        };
  }
  return filled.length === 0 ? null : {
    problem: `the database is not empty: ${filled.join(", ")} have rows`,
    remedy: "name an empty database in the URL, or drop this one and run migrate again",
  };
}
