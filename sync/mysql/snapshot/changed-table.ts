import type { Entity } from "../../../schema/entity.js";
import type { KeyRange, Position } from "../../../schema/position.js";
import { Overtaken, type Piece, type ServerPlace, type Survey, TableAbsent } from "../../source.js";
import type { Reading } from "../connection/reading.js";
import { SourceDiverged } from "../errors.js";
import { tableProblems } from "../preflight/preflight-tables.js";
import { chunk } from "./snapshot.js";
import { survey } from "./survey.js";

/**
 * Looks at the table as it is now, as preflight did when sync started.
 * Since then statements may have dropped it, given its name to another table, or changed its columns.
 * @throws TableAbsent; SourceDiverged when it no longer fits the catalog
 */
export async function mustFit(reading: Reading, database: string, entity: Entity, signal: AbortSignal): Promise<void> {
  const problems = await reading.ask((connection) => tableProblems(connection, entity, database), signal);
  if (!problems) throw new TableAbsent(`${database}.${entity.table} does not exist`);
  if (problems.length === 0) return;
  throw new SourceDiverged(
    `table ${database}.${entity.table} no longer fits the catalog: ${problems.map(({ problem }) => problem).join("; ")}`,
    null,
    `${[...new Set(problems.map(({ remedy }) => remedy))].join("; ")}; then sluice resume <store>, which copies the table as it is then`,
  );
}

/** Estimates what copying the table amounts to. @throws TableAbsent, SourceDiverged */
export async function surveyOf(
  reading: Reading, database: string, entity: Entity, mostRanges: number, signal: AbortSignal,
): Promise<Survey> {
  await mustFit(reading, database, entity, signal);
  try {
    return await survey(reading, database, entity, mostRanges, signal);
  } catch (error) {
    await understood(error, reading, database, entity, signal);
    throw new TableAbsent(`${database}.${entity.table} was changed while it was looked at`, { cause: error });
  }
}

/**
 * Reads the same rows as `chunk`, of a table that may change its columns, or go, while it is read.
 * @throws TableAbsent, Overtaken, SourceDiverged
 */
export async function* chunkOf(
  reading: Reading,
  database: string,
  entity: Entity,
  range: KeyRange,
  seen: Position,
  end: () => Promise<ServerPlace | null>,
  signal: AbortSignal,
): AsyncGenerator<Piece> {
  try {
    yield* chunk(reading, database, entity, range, seen, end, signal);
  } catch (error) {
    await understood(error, reading, database, entity, signal);
    throw new Overtaken("the table was changed while rows were read");
  }
}

/** Returns when the table changed and fits again. @throws the error if it has another cause, else what is wrong with the table */
async function understood(error: unknown, reading: Reading, database: string, entity: Entity, signal: AbortSignal): Promise<void> {
  if (!changed.has(String((error as { readonly code?: string }).code))) throw error;
  await mustFit(reading, database, entity, signal);
}

const changed = new Set(["ER_NO_SUCH_TABLE", "ER_BAD_DB_ERROR", "ER_BAD_FIELD_ERROR", "ER_TABLE_DEF_CHANGED"]);
