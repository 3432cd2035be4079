import type { Generation } from "../../schema/generation.js";
import type { Connection } from "./file/connection.js";
import { readProgress } from "./progress.js";

/** The generation that the stored progress names; null in a file of an earlier release, and in one that no sink has written to. */
export function readGeneration(db: Connection): Generation | null {
  const named = readProgress(db)?.generation;
  if (!named) return null;
  const [body] = db.statement("SELECT generation FROM sluice_generation WHERE number = ?").first([named.number]) ?? [];
  return typeof body === "string" ? JSON.parse(body) as Generation : null;
}

export function storeGeneration(db: Connection, generation: Generation): void {
  db.statement("INSERT OR REPLACE INTO sluice_generation (number, generation) VALUES (?, ?)").run(
    [generation.number, JSON.stringify(generation)],
  );
}
