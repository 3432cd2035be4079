import { type Entity, type Key, keyText } from "../../../schema/entity.js";
import { Unheld } from "../../../schema/unheld.js";
import { fence } from "../comparing/caught-up.js";
import { isKeyOf } from "../comparing/held-rows.js";
import { piece, type Side } from "../comparing/side.js";
import { nameOf, reasonsOf } from "../report/reasons.js";
import type { Difference } from "../report/report.js";
import { inspected, type Verdict } from "./inspection.js";

/** At most this many are inspected: long before, so many rejections have stopped the pipeline. */
export const mostUnheld = 10_000;

/**
 * Reports rows of the source that no store can hold. They differ for as long as they are there, also when their letters were skipped: a
 * store that lacks them is not whole.
 * A row that a person wrote in its place is found among the rows.
 */
export async function lookAtUnheld(side: Side, entity: Entity, keys: readonly Key[]): Promise<void> {
  const asked = keys.filter((key) => isKeyOf(entity, key));
  for (let from = 0; from < asked.length; from += piece) {
    side.tally.found(await inspected(side, entity, asked.slice(from, from + piece), (open) => judge(side, entity, open)));
  }
}

async function judge({ source, store, waitMs, log, signal }: Side, entity: Entity, keys: readonly Key[]): Promise<Verdict<Key>[]> {
  const from = await fence(source, store, waitMs, signal);
  const held = await store.rows!.get(entity, keys);
  const rows = await source.rows(entity, keys);
  const reasons = await reasonsOf(store, entity.table, keys);
  const { since, isCascaded } = await log.valuesSince(from, entity, keys);
  return keys.map((key, i): Verdict<Key> => {
    const row = rows[i], deadLetter = reasons.get(nameOf(entity.table, key));
    if (!(row instanceof Unheld) || held[i] !== null) return "right";
    // The letter of a row written just now may be under way.
    if (deadLetter === undefined && (isCascaded || since.has(keyText(key)))) return { again: key };
    const difference: Difference = {
      store: store.name, table: entity.table, key, kind: "missing", ...(deadLetter === undefined ? { unheld: row.reason } : { deadLetter }),
    };
    return { key, held: null, differences: [difference] };
  });
}
