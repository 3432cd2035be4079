import { backoff, sleep, unlessAborted } from "../../runtime/wait.js";
import type { Recopy } from "../../schema/change.js";
import type { Entity } from "../../schema/entity.js";
import { rewriteVersion } from "../../schema/position.js";
import type { Copies } from "../progress/copies.js";
import type { Interleaving } from "../reading/interleaving.js";
import { TableAbsent } from "../source.js";
import type { PipelineParts } from "../writing/parts.js";
import { copyTable, type CopyTarget } from "./copy-table.js";

/** A table is read in this many key ranges at most. */
const ranges = 8;

/**
 * Copies the tables that the sink lacks, or may hold wrongly, one after another, while the pipeline follows the log.
 * Then it waits for the next, until `stop` aborts.
 * If a table is absent, its copy waits, and the others are copied.
 */
export async function copyBeside(
  parts: PipelineParts, target: CopyTarget, copies: Copies, interleaving: Interleaving, moved: () => void, stop: AbortSignal,
): Promise<void> {
  const { state, log } = parts;
  for (let misses = 0; !stop.aborted;) {
    const { unfinished } = copies;
    state.apply({ kind: "tables left to copy", tables: unfinished.length });
    if (unfinished.length === 0) {
      await copies.until(() => copies.unfinished.length > 0, stop);
      continue;
    }
    log.info({ pipeline: state.name, tables: unfinished.map(({ table }) => table) }, "copying tables beside the stream");
    const absent = await copyEach(parts, target, copies, interleaving, unfinished, moved, stop);
    state.apply({ kind: "tables absent", tables: absent });
    misses = absent.length > 0 ? misses + 1 : 0;
    if (copies.unfinished.length === 0) log.info({ pipeline: state.name }, "every table is copied");
    if (misses === 1) log.warn(
      { pipeline: state.name, tables: absent }, "these tables are not there; they are copied once they are made again",
    );
    if (misses > 0) await sleep(backoff(misses), stop);
  }
}

/** Copies each table. Returns the tables that are absent. */
async function copyEach(
  parts: PipelineParts, target: CopyTarget, copies: Copies, interleaving: Interleaving, tables: readonly Entity[], moved: () => void,
  stop: AbortSignal,
): Promise<readonly string[]> {
  const absent: string[] = [];
  const whereThere = async (entity: Entity, work: () => Promise<void>) => {
    if (stop.aborted || absent.includes(entity.table)) return;
    await work().catch((error: unknown) => {
      if (stop.aborted) return;
      if (!(error instanceof TableAbsent)) throw error;
      absent.push(entity.table);
    });
  };
  for (const entity of tables) await whereThere(
    entity, async () => copies.surveyed(entity, await unlessAborted(stop, parts.source.survey(entity, ranges))),
  );
  for (const entity of tables) {
    await whereThere(entity, () => copyTable(
      parts, target, copies, { entity, version: rewriteVersion(interleaving.position.version), interleaving, moved }, stop,
    ));
  }
  return absent;
}

/** Something changed rows that the log does not show: their tables are copied again beside the stream. */
export function copyAgain({ state, log }: PipelineParts, copies: Copies, { entities, version, reason }: Recopy): void {
  log.warn({ pipeline: state.name, tables: entities, reason }, "these tables are copied again, while readers keep what is there");
  state.apply({ kind: "recopied" });
  for (const table of entities) copies.again(table, version);
}
