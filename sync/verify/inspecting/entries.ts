import { type Key, keyOf, keyText, type Lookup, type Row } from "../../../schema/entity.js";
import { fence } from "../comparing/caught-up.js";
import { rowsAtSource, type Side } from "../comparing/side.js";
import { type Content, differencesOf, isIn, sameIn } from "../report/contents.js";
import { type Reasons, reasonsOf } from "../report/reasons.js";
import type { Deviation } from "../report/report.js";
import { inspected, type Verdict } from "./inspection.js";

/** An entry that is there and seems wrong, or a row whose entry seems to be missing. */
export interface Suspect {
  readonly what: "wrong" | "missing";
  readonly entry: Row;
}

interface Entries extends Content {
  readonly lookup: Lookup;
}

/**
 * Says which of these are different, as for rows. The store writes a row's new entry apart from the entry it replaces.
 * So neither need be there while a row changes, and such a row is looked at again.
 */
export function lookAtEntries(side: Side, content: Entries, suspects: readonly Suspect[]): Promise<readonly Deviation[]> {
  return inspected(side, content.entity, suspects, (open) => judge(side, content, open));
}

async function judge(side: Side, content: Entries, suspects: readonly Suspect[]): Promise<Verdict<Suspect>[]> {
  const { source, store, waitMs, log, signal } = side;
  const { entity, lookup, fields } = content;
  const from = await fence(source, store, waitMs, signal);
  const held = await store.audit.entriesAt(entity, lookup, suspects.map(({ entry }) => entry));
  const keys = suspects.map(({ entry }) => keyOf(entity, entry));
  const now = await rowsAtSource(side, content, keys);
  const reasons: Reasons = await reasonsOf(store, entity.table, keys.filter((_, i) => held[i] === null));
  const { since: values, isCascaded } = await log.valuesSince(from, entity, keys);

  return suspects.map(({ what, entry }, i): Verdict<Suspect> => {
    const [key, row, is]: [Key, Row | null, Row | null] = [keys[i]!, now[i]!, held[i]!];
    const since = values.get(keyText(key)) ?? [];
    if (what === "wrong") {
      if (!is || [row, ...since].some((each) => isIn(content, each) && sameIn(fields, each, is))) return "right";
      if (isCascaded) return { again: { what, entry: is } };
      return { key, held: is, differences: differencesOf(store, content, key, row, is, reasons) };
    }
    if (is || !isIn(content, row)) return "right";
    const stood = !isCascaded && since.length === 0 && sameIn([lookup.by, lookup.orderBy], row, entry);
    return stood ? {
      key, held: null, differences: differencesOf(store, content, key, row, null, reasons),
    } : { again: { what, entry: row } };
  });
}
