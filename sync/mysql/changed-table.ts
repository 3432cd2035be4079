import type { Entity } from "../../schema/entity.js";
import type { KeyRange, Position } from "../../schema/position.js";
import { Overtaken, type Piece, type ServerPlace, TableAbsent } from "../source.js";
import { SourceDiverged } from "./errors.js";
import { tableProblems } from "./preflight-tables.js";
import type { Reading } from "./reading.js";
import { chunk } from "./snapshot.js";

/**
 * Looks at the table as it is now, as preflight did when sync started: statements may have dropped it, given its name to another, or
 * changed its columns since. @throws TableAbsent; SourceDiverged when it no longer fits the catalog
 */
export async function mustFit(reading: Reading, database: string, entity: Entity, signal: AbortSignal): Promise<void> {
  const problems = await reading.ask((connection) => tableProblems(connection, entity, database), signal);
  if (!problems) throw new TableAbsent(`${database}.${entity.table} does not exist`);
  if (problems.length === 0) return;
  throw new SourceDiverged(`table ${database}.${entity.table} no longer fits the catalog: ${problems.map(({ problem }) => problem).join("; ")}`, null,
    `${[...new Set(problems.map(({ remedy }) => remedy))].join("; ")}; then sluice resume <store>, which copies the table as it is then`);
}

/** The same rows as `chunk`. A table whose columns change while it is read is looked at again. @throws TableAbsent, Overtaken, SourceDiverged */
export async function* chunkOf(
  reading: Reading, database: string, entity: Entity, range: KeyRange, seen: Position, end: () => Promise<ServerPlace | null>, signal: AbortSignal,
): AsyncGenerator<Piece> {
  try {
    yield* chunk(reading, database, entity, range, seen, end, signal);
  } catch (error) {
    if (!changed.has(String((error as { readonly code?: string }).code))) throw error;
    await mustFit(reading, database, entity, signal);
    throw new Overtaken("the table was changed while rows were read");
  }
}

const changed = new Set(["ER_BAD_FIELD_ERROR", "ER_TABLE_DEF_CHANGED"]);
