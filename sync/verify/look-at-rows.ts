import { pause } from "../../runtime/wait.js";
import { type Key, keyText, type Row } from "../../schema/entity.js";
import { type Content, differencesOf, sameIn } from "./compare.js";
import { explain } from "./explain.js";
import { fence } from "./fence.js";
import type { Deviation } from "./report.js";
import { rowsAtSource, type Side } from "./round.js";

/** A row can be visible a moment before its transaction's GTID is, so what one look finds, a second one must find too. */
export const wantedLooks = 2;
export const betweenLooksMs = 100;

/**
 * Which of these rows are different, and not just being written. The store is read once it holds what the source had committed when
 * this was called; all it may hold then is a value that the row had from there on, by the binary log. So a row that changes all the
 * time is judged as soundly as one that stands still.
 */
export async function lookAtRows(side: Side, content: Content, keys: readonly Key[]): Promise<readonly Deviation[]> {
  let suspects: readonly Deviation[] = keys.map((key) => ({ key, held: null, differences: [] }));
  for (let look = 1; look <= wantedLooks && suspects.length > 0; look++) {
    if (look > 1) await pause(betweenLooksMs, side.signal);
    suspects = await stillDiffering(side, content, suspects.map(({ key }) => key));
  }
  return explain(side.store, suspects);
}

async function stillDiffering(side: Side, content: Content, keys: readonly Key[]): Promise<readonly Deviation[]> {
  const { source, store, waitMs, log, signal } = side;
  const { entity, fields } = content;
  const from = await fence(source, store, waitMs, signal);
  const held = await store.rows!.get(entity, keys);
  const now = await rowsAtSource(side, content, keys);
  const values = await log.valuesSince(from, entity, keys);
  return keys.flatMap((key, i) => {
    const may: readonly (Row | null)[] = [now[i]!, ...(values.get(keyText(key)) ?? [])];
    return may.some((row) => sameIn(fields, row, held[i]!)) ? [] : [{ key, held: held[i]!, differences: differencesOf(store, content, key, now[i]!, held[i]!) }];
  });
}
