import { adopted, type Progress } from "../../schema/position.js";
import { Replaced } from "../ports.js";
import type { Connection } from "./file/connection.js";

/** The stored progress. Null, too, in a file that no sink has opened yet. */
export function readProgress(db: Connection): Progress | null {
  const stored = progressText(db);
  return stored === null ? null : adopted(JSON.parse(stored) as Progress);
}

function progressText(db: Connection): string | null {
  if (!db.statement("SELECT 1 FROM sqlite_schema WHERE name = 'sluice_progress'").first()) return null;
  return (db.statement("SELECT progress FROM sluice_progress").first()?.[0] ?? null) as string | null;
}

/** Knows which progress is stored. Any other came with a backup, and nothing is stored over it before it was read. */
export class KnownProgress {
  #text: string | null | undefined;

  read(db: Connection): Progress | null {
    this.#text = progressText(db);
    return this.#text === null ? null : adopted(JSON.parse(this.#text) as Progress);
  }

  /** Replaces the progress, in one transaction with what `also` does. @throws Replaced */
  write(db: Connection, progress: Progress, also: () => void): void {
    const text = JSON.stringify(progress);
    db.transaction("write", () => {
      if (this.#text !== undefined && progressText(db) !== this.#text) throw new Replaced(`the content of ${db.file} was replaced`);
      db.statement("INSERT OR REPLACE INTO sluice_progress (only, progress) VALUES (1, ?)").run([text]);
      also();
    });
    this.#text = text;
  }
}
