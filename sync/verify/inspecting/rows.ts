import { type Key, keyText, type Row } from "../../../schema/entity.js";
import { fence } from "../comparing/caught-up.js";
import { rowsAtSource, type Side } from "../comparing/side.js";
import { type Content, differencesOf, sameIn } from "../report/contents.js";
import { type Reasons, reasonsOf } from "../report/reasons.js";
import type { Deviation } from "../report/report.js";
import { inspected, type Verdict } from "./inspection.js";

/**
 * Says which of these rows are different, and not just being written. The store is read once it holds what
 * the source had committed when this was called.
 * After that it may hold only a value that the row had from there on, by the binary log. So a row that changes all the time is judged as
 * soundly as one that stands still.
 * A row may be missing because one of its changes was refused, and the next change settles the
 * letter that said so. Such a row is looked at again.
 */
export function lookAtRows(side: Side, content: Content, keys: readonly Key[]): Promise<readonly Deviation[]> {
  return inspected(side, content.entity, keys, (open) => judge(side, content, open));
}

async function judge(side: Side, content: Content, keys: readonly Key[]): Promise<Verdict<Key>[]> {
  const { source, store, waitMs, log, signal } = side;
  const { entity, fields } = content;
  const from = await fence(source, store, waitMs, signal);
  const held = await store.rows!.get(entity, keys);
  const now = await rowsAtSource(side, content, keys);
  const reasons: Reasons = await reasonsOf(store, entity.table, keys.filter((_, i) => held[i] === null));
  const { since: values, isCascaded } = await log.valuesSince(from, entity, keys);
  return keys.map((key, i): Verdict<Key> => {
    const since = values.get(keyText(key)) ?? [];
    const may: readonly (Row | null)[] = [now[i]!, ...since];
    if (may.some((row) => sameIn(fields, row, held[i]!))) return "right";
    if (isCascaded || (held[i] === null && since.length > 0)) return { again: key };
    return { key, held: held[i]!, differences: differencesOf(store, content, key, now[i]!, held[i]!, reasons) };
  });
}
