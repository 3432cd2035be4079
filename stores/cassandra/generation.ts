import type { Generation } from "../../schema/generation.js";
import type { Session } from "./connection/session.js";
import { readProgress } from "./progress.js";
import { generationTable } from "./tables/tables.js";
import { bigintBytes } from "./values/codec.js";

const select = `SELECT generation FROM ${generationTable.name} WHERE number = ?`;
const insert = `INSERT INTO ${generationTable.name} (number, generation) VALUES (?, ?)`;

/** The generation that the stored progress names; null in a keyspace of an earlier release, and in one that no sink has written to. */
export async function readGeneration(session: Session): Promise<Generation | null> {
  const named = (await readProgress(session))?.generation;
  if (!named) return null;
  const { rows: [row] } = await session.execute(select, [bigintBytes(named.number)], { prepare: false });
  return row ? JSON.parse(row.generation as string) as Generation : null;
}

export async function storeGeneration(session: Session, generation: Generation): Promise<void> {
  await session.execute(insert, [bigintBytes(generation.number), JSON.stringify(generation)], { prepare: false });
}
