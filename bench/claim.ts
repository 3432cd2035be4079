import type { Catalog } from "../schema/catalog.js";
import { generationOf } from "../schema/generation.js";
import type { Position } from "../schema/position.js";
import type { TableSink } from "../stores/ports.js";

/** Has a store that no pipeline fed say, as sync would, what its rows are and that it holds everything up to a position. */
export async function claim(sink: TableSink, catalog: Catalog, position: Position): Promise<void> {
  const generation = generationOf(catalog, 0), { number, hash } = generation;
  await sink.storeGeneration(generation);
  await sink.storeProgress({ position, currentAt: Math.floor(position.version / 1000), generation: { number, hash } });
}
