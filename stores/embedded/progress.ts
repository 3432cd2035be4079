import { adopted, type Progress } from "../../schema/position.js";
import type { Connection } from "./connection.js";

/** Null also in a file that no sink has opened yet. */
export function readProgress(db: Connection): Progress | null {
  if (!db.statement("SELECT 1 FROM sqlite_schema WHERE name = 'sluice_progress'").first()) return null;
  const stored = db.statement("SELECT progress FROM sluice_progress").first();
  return stored ? adopted(JSON.parse(stored[0] as string) as Progress) : null;
}
