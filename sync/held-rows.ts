import type { Entity, Key, Row } from "../schema/entity.js";
import { type Source, Unheld } from "./source.js";

/** The rows a store must have: one that the catalog's types cannot hold is in the dead letters, so a store is right not to have it. */
export async function heldRows(source: Source, entity: Entity, keys: readonly Key[]): Promise<(Row | null)[]> {
  return (await source.rows(entity, keys)).map((row) => (row instanceof Unheld ? null : row));
}
