import type { Catalog } from "../../schema/catalog.js";
import type { Progress } from "../../schema/position.js";
import type { Source } from "../source.js";

/**
 * The first progress of a sink that has none. From where the source is now the stream brings
 * what changes, and the copies bring what is there.
 */
export async function firstProgress(source: Source, { entities }: Catalog): Promise<Progress> {
  const position = await source.beginning();
  return {
    position, currentAt: Math.floor(position.version / 1000),
    copied: Object.fromEntries(entities.map(({ table }) => [table, "due" as const])),
  };
}
