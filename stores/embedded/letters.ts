import type { DeadLetter, DeadLetters, LetterHead } from "../ports.js";
import type { Bound, Connection } from "./file/connection.js";

const headsAtOnce = 1000;

/** Compares keys as JSON, which may hold any character, unlike SQLite's text as libsql reads it. */
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
    async *all() {
      const piece = (after: Bound) =>
        db.attempt("reading dead letters", () =>
          db
            .statement(
              `SELECT rowid, json_remove(letter, '$.change') FROM sluice_dead_letter WHERE rowid > ? ORDER BY rowid LIMIT ${headsAtOnce}`,
            )
            .all([after]),
        );
      for (let found = piece(0); found.length > 0; found = piece(found.at(-1)![0]!)) yield found.map(([, head]) =>
        JSON.parse(head as string) as LetterHead);
    },
    async of(entity, keys) {
      return db.attempt("reading dead letters", () => {
        const one = db.statement("SELECT letter FROM sluice_dead_letter WHERE entity = ? AND key = ?");
        return keys.map((key) => {
          const found = one.first([entity, JSON.stringify(key)]);
          return found ? JSON.parse(found[0] as string) as DeadLetter : null;
        });
      });
    },
    async count() {
      return db.attempt("counting dead letters", () => Number(db.statement("SELECT count(*) FROM sluice_dead_letter").first()?.[0]));
    },
    async settle(letters) {
      if (letters.length === 0) return 0;
      return db.attempt("settling dead letters", () => db.transaction("write", () => {
        const remove = db.statement("DELETE FROM sluice_dead_letter WHERE entity = ? AND key = ? AND version <= ?");
        return letters.reduce((sum, { entity, key, version }) => sum + remove.run([entity, JSON.stringify(key), version]).changes, 0);
      }));
    },
  };
}
