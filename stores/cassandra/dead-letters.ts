import type { QueryOptions, types } from "cassandra-driver";
import type { Change, Rejection } from "../../schema/change.js";
import { type Key, keyText } from "../../schema/entity.js";
import type { DeadLetter, DeadLetters } from "../ports.js";
import { bigintBytes } from "./codec.js";
import { inParallel } from "./gate.js";
import type { Session } from "./session.js";
import { deadLetterTable } from "./tables.js";

const table = deadLetterTable.name;
const insert = `INSERT INTO ${table} (entity, key, version, parked_at, reason, key_values, change) VALUES (?, ?, ?, ?, ?, ?, ?) IF NOT EXISTS`;
const replace = `UPDATE ${table} SET version = ?, parked_at = ?, reason = ?, key_values = ?, change = ? WHERE entity = ? AND key = ? IF version <= ?`;
const remove = `DELETE FROM ${table} WHERE entity = ? AND key = ? IF version <= ?`;
const scan = `SELECT entity, key, version, parked_at, reason, key_values, change FROM ${table}`;

/**
 * Letters are compared and set, not stamped by version like rows: a settled letter must come back when its change is
 * rejected once more, and a delete stamped with the same version would hide it. They are few, so the cost does not matter.
 */
const compareAndSet: QueryOptions = { prepare: true, isIdempotent: false };

export function deadLettersIn(session: Session): DeadLetters {
  return {
    park: (rejections) => inParallel(newestPerKey(rejections), 16, (rejection) => park(session, rejection)),

    async list(limit) {
      let letters: DeadLetter[] = [];
      for await (const page of session.pages(scan, [], 100)) {
        letters = [...letters, ...page.map(letterOf)].sort((a, b) => a.parkedAt - b.parkedAt).slice(0, limit);
      }
      return letters;
    },

    async count() {
      const { rows: [row] } = await session.execute(`SELECT count(*) AS letters FROM ${table}`);
      return Number(row?.letters);
    },

    settle: (letters) => inParallel(letters, 16, async ({ entity, key, version }) => void (await session.execute(remove, [entity, keyText(key), bigintBytes(version)], compareAndSet))),
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
    // Refused by a newer letter, it stays. Gone meanwhile, because somebody settled it, ours is new again.
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

function letterOf(row: types.Row): DeadLetter {
  return {
    entity: row.entity as string,
    key: JSON.parse(row.key_values as string) as Key,
    version: Number(row.version),
    reason: row.reason as string,
    change: row.change === null ? null : (JSON.parse(row.change as string) as Change),
    parkedAt: (row.parked_at as Date).getTime(),
  };
}
