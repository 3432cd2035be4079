import type { DeadLetter, DeadLetters } from "../ports.js";
import type { Connection } from "./connection.js";

/** Keys are compared as JSON, which unlike SQLite's text as libsql reads it may hold any character. */
export function deadLettersOf(db: Connection): DeadLetters {
  return {
    async park(rejections) {
      db.attempt("parking dead letters", () => db.transaction("write", () => {
        const parkedAt = Date.now();
        const put = db.statement(`INSERT INTO sluice_dead_letter (entity, key, version, parked_at, letter) VALUES (?, ?, ?, ?, ?)
          ON CONFLICT (entity, key) DO UPDATE SET version = excluded.version, parked_at = excluded.parked_at, letter = excluded.letter
          WHERE excluded.version > version`);
        for (const { entity, key, version, reason, change } of rejections) {
          const letter: DeadLetter = { entity, key, version, reason, change, parkedAt };
          put.run([entity, JSON.stringify(key), version, parkedAt, JSON.stringify(letter)]);
        }
      }));
    },
    async list(limit) {
      return db.attempt("listing dead letters", () =>
        db.statement("SELECT letter FROM sluice_dead_letter ORDER BY parked_at, rowid LIMIT ?").all([limit])
          .map(([letter]) => JSON.parse(letter as string) as DeadLetter));
    },
    async count() {
      return db.attempt("counting dead letters", () => Number(db.statement("SELECT count(*) FROM sluice_dead_letter").first()?.[0]));
    },
    async settle(letters) {
      db.attempt("settling dead letters", () => db.transaction("write", () => {
        const remove = db.statement("DELETE FROM sluice_dead_letter WHERE entity = ? AND key = ? AND version <= ?");
        for (const { entity, key, version } of letters) remove.run([entity, JSON.stringify(key), version]);
      }));
    },
  };
}
