import type { Catalog } from "../../schema/catalog.js";
import { type GenerationName, generationOf, tablesToFill } from "../../schema/generation.js";
import type { Log } from "../../runtime/log.js";
import type { TableSink } from "../../stores/ports.js";
import type { PipelineState } from "../state/state.js";
import { copiedIn } from "./copies.js";

/**
 * Has the sink say what its rows are from now on: the layout of today's catalog (invariant 11). A generation is stored before any
 * progress names it. A store of an earlier release is adopted as it is.
 * Tables with a field that was not there before are copied again, so that the rows that are there get it too.
 */
export async function atGeneration(
  { sink, catalog, state, log }: { readonly sink: TableSink; readonly catalog: Catalog; readonly state: PipelineState; readonly log: Log },
): Promise<GenerationName> {
  const [stored, progress] = [await sink.generation(), await sink.progress()];
  const next = generationOf(catalog, ((stored ?? progress?.generation)?.number ?? -1) + 1);
  if (stored && stored.hash === next.hash) return { number: stored.number, hash: stored.hash };
  await sink.storeGeneration(next);
  const name = { number: next.number, hash: next.hash };
  if (!progress) return name;
  const due = stored ? tablesToFill(stored, next) : [];
  if (stored) log.info(
    { pipeline: state.name, generation: next.number, copiedAgain: due },
    "the catalog is another than the store was fed by; going on with it",
  );
  await sink.storeProgress({
    ...progress, generation: name,
    copied: { ...copiedIn(catalog, progress), ...Object.fromEntries(due.map((table) => [table, "due" as const])) },
  });
  return name;
}
