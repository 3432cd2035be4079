import type { QueryOptions, types } from "cassandra-driver";
import { inParallel } from "../../runtime/parallel.js";
import type { Change, Rejection } from "../../schema/change.js";
import { type Key, keyText } from "../../schema/entity.js";
import type { DeadLetter, DeadLetters, LetterHead } from "../ports.js";
import type { Session } from "./connection/session.js";
import { deadLetterTable } from "./tables/tables.js";
import { bigintBytes } from "./values/codec.js";

const table = deadLetterTable.name;
const insert = `INSERT INTO ${table} (entity, key, version, parked_at, reason, key_values, change) VALUES (?, ?, ?, ?, ?, ?, ?) IF NOT `
  + "EXISTS";
const replace = `UPDATE ${table} SET version = ?, parked_at = ?, reason = ?, key_values = ?, change = ? WHERE entity = ? AND key = ? IF `
  + "version <= ?";
const remove = `DELETE FROM ${table} WHERE entity = ? AND key = ? IF version <= ?`;
const head = "entity, version, parked_at, reason, key_values";
const scan = `SELECT ${head}, change FROM ${table}`;
const scanHeads = `SELECT ${head} FROM ${table}`;
const one = `${scan} WHERE entity = ? AND key = ?`;
const scanKeys = `SELECT entity FROM ${table}`;

/**
 * Letters are compared and set, not stamped by version like rows. A settled letter must come back when its change is rejected again, and a
 * delete stamped with the same version would hide it.
 * There are few of them, so the cost does not matter.
 */
const compareAndSet: QueryOptions = { prepare: true, isIdempotent: false };

export function deadLettersIn(session: Session): DeadLetters {
  return {
    park: async (rejections) => void (await inParallel(newestPerKey(rejections), 16, (rejection) => park(session, rejection))),

    async list(limit) {
      const letters: DeadLetter[] = [];
      const oldest = () => letters.sort((a, b) => a.parkedAt - b.parkedAt).splice(limit);
      for await (const page of session.pages(scan, [], 100)) {
        letters.push(...page.map(letterOf));
        // Sorting comes now and then: with each page it would cost the square of what is kept.
        if (letters.length > 2 * limit + 1_000) oldest();
      }
      oldest();
      return letters;
    },

    async *all() {
      for await (const page of session.pages(scanHeads, [], 1_000)) yield page.map(headOf);
    },

    of: (entity, keys) => inParallel(keys, 64, async (key) => {
      const found = (await session.execute(one, [entity, keyText(key)])).first();
      return found ? letterOf(found) : null;
    }),

    /** Counts by pages: a single `count(*)` over very many ends at the server's time limit. */
    async count() {
      let count = 0;
      for await (const page of session.pages(scanKeys, [], 5_000)) count += page.length;
      return count;
    },

    async settle(letters) {
      let removed = 0;
      await inParallel(letters, 16, async ({ entity, key, version }) => {
        const { rows: [outcome] } = await session.execute(remove, [entity, keyText(key), bigintBytes(version)], compareAndSet);
        if (outcome?.["[applied]"] === true) removed++;
      });
      return removed;
    },
  };
}

async function park(session: Session, { entity, key, version, reason, change }: Rejection): Promise<void> {
  const place = [entity, keyText(key)];
  const bar = bigintBytes(version);
  const letter = [bar, new Date(), reason, JSON.stringify(key), change ? JSON.stringify(change) : null];
  for (;;) {
    const made = await session.execute(insert, [...place, ...letter], compareAndSet);
    if (made.wasApplied()) return;
    const { rows: [outcome] } = await session.execute(replace, [...letter, ...place, bar], compareAndSet);
    // If a newer letter is there, it stays. If the letter is gone because a person settled it meanwhile, this one is new again.
    if (outcome?.["[applied]"] === true || outcome?.version) return;
  }
}

function newestPerKey(rejections: readonly Rejection[]): Rejection[] {
  const newest = new Map<string, Rejection>();
  for (const rejection of rejections) {
    const place = `${rejection.entity} ${keyText(rejection.key)}`;
    if ((newest.get(place)?.version ?? -1) <= rejection.version) newest.set(place, rejection);
  }
  return [...newest.values()];
}

function headOf(row: types.Row): LetterHead {
  return {
    entity: row.entity as string,
    key: JSON.parse(row.key_values as string) as Key,
    version: Number(row.version),
    reason: row.reason as string,
    parkedAt: (row.parked_at as Date).getTime(),
  };
}

function letterOf(row: types.Row): DeadLetter {
  return { ...headOf(row), change: row.change === null ? null : (JSON.parse(row.change as string) as Change) };
}
