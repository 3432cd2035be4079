import { pause } from "../../runtime/wait.js";
import { type Key, keyOf, keyText, type Lookup, type Row } from "../../schema/entity.js";
import { type Content, differencesOf, isIn, sameIn } from "./compare.js";
import { explain } from "./explain.js";
import { fence } from "./fence.js";
import { betweenLooksMs, wantedLooks } from "./look-at-rows.js";
import type { Deviation } from "./report.js";
import { rowsAtSource, type Side } from "./round.js";

/** An entry that is there and seems wrong, or a row whose entry seems not to be there. */
export interface Suspect {
  readonly what: "wrong" | "missing";
  readonly entry: Row;
}

interface Entries extends Content {
  readonly lookup: Lookup;
}

type Verdict = Deviation | "right" | { readonly moved: Suspect };

/** A row that moves within its lookup is looked at again so often. */
const mostLooks = 10;

/**
 * Which of these are different, as for rows. An entry of one row is written apart from the entry it replaces, so while a row moves
 * within its lookup neither need be there: such a row is looked at again.
 */
export async function lookAtEntries(side: Side, content: Entries, suspects: readonly Suspect[]): Promise<readonly Deviation[]> {
  const found: Deviation[] = [];
  let open = suspects.map((suspect) => ({ suspect, seen: 0 }));
  for (let look = 1; look <= mostLooks && open.length > 0; look++) {
    if (look > 1) await pause(betweenLooksMs, side.signal);
    const verdicts = await judge(side, content, open.map(({ suspect }) => suspect));
    open = verdicts.flatMap((verdict, i) => {
      if (verdict === "right") return [];
      if ("moved" in verdict) return [{ suspect: verdict.moved, seen: 0 }];
      if (open[i]!.seen + 1 < wantedLooks) return [{ suspect: open[i]!.suspect, seen: open[i]!.seen + 1 }];
      found.push(verdict);
      return [];
    });
  }
  side.tally.counted(side.store, content.entity, "undecided", open.length);
  return explain(side.store, found);
}

async function judge(side: Side, content: Entries, suspects: readonly Suspect[]): Promise<Verdict[]> {
  const { source, store, waitMs, log, signal } = side;
  const { entity, lookup, fields } = content;
  const from = await fence(source, store, waitMs, signal);
  const held = await store.audit.entriesAt(entity, lookup, suspects.map(({ entry }) => entry));
  const keys = suspects.map(({ entry }) => keyOf(entity, entry));
  const now = await rowsAtSource(side, content, keys);
  const values = await log.valuesSince(from, entity, keys);
  const samePlace = (a: Row, b: Row) => sameIn([lookup.by, lookup.orderBy], a, b);

  return suspects.map((suspect, i): Verdict => {
    const [key, row, is]: [Key, Row | null, Row | null] = [keys[i]!, now[i]!, held[i]!];
    const may = [row, ...(values.get(keyText(key)) ?? [])].filter((each) => isIn(content, each));
    if (suspect.what === "wrong") {
      if (!is || may.some((each) => sameIn(fields, each, is))) return "right";
      return { key, held: is, differences: differencesOf(store, content, key, row, is) };
    }
    if (is || !isIn(content, row)) return "right";
    const stood = may.length === 1 + (values.get(keyText(key))?.length ?? 0) && may.every((each) => samePlace(each, suspect.entry));
    return stood ? { key, held: null, differences: differencesOf(store, content, key, row, null) } : { moved: { what: "missing", entry: row } };
  });
}
