import { type Entity, entryOf, type Lookup, lookupTable, type Row, keyOf, keyText } from "../schema/entity.js";
import type { Store } from "../stores/ports.js";
import { type Comparison, type Difference, differencesOf, sameRow } from "./comparison.js";
import { heldRows } from "./held-rows.js";
import { mostLooks } from "./second-look.js";
import type { Source } from "./source.js";

const piece = 200;
/** Rows looked for one by one to learn whether an engine without a table of entries answers the lookup from its rows. */
const probes = 20;

/**
 * The entries a store keeps of a lookup, apart from its rows. An entry is right when it equals its row as the source has it, and a
 * row has at most one right entry: so when there are as many right ones as rows, none is missing. Else each row's is looked for.
 */
export async function verifyEntries(
  comparison: Comparison, source: Source, store: Store, entity: Entity, lookup: Lookup, signal: AbortSignal,
): Promise<void> {
  const about = { comparison, source, store, entity, lookup, signal };
  let [entries, right, rows] = [0, 0, 0];
  for await (const audited of store.audit.entries(entity, lookup)) {
    entries += audited.length;
    for (let from = 0; from < audited.length; from += piece) right += await rightOnes(about, audited.slice(from, from + piece));
  }
  comparison.counted(store, entity, "entries", entries);

  let answeredFromRows = false;
  for await (const listed of listedRows(about)) {
    if (entries === 0 && rows === 0 && listed.length > 0) answeredFromRows = (await missingOf(about, listed.slice(0, probes))).length === 0;
    rows += listed.length;
  }
  if (answeredFromRows || right === rows) return;
  for await (const listed of listedRows(about)) {
    for (let from = 0; from < listed.length; from += piece) comparison.found(store, entity, await missingOf(about, listed.slice(from, from + piece)));
  }
}

interface About {
  readonly comparison: Comparison;
  readonly source: Source;
  readonly store: Store;
  readonly entity: Entity;
  readonly lookup: Lookup;
  readonly signal: AbortSignal;
}

/** The source's rows that the lookup must list. */
async function* listedRows({ source, entity, lookup, signal }: About): AsyncGenerator<Row[]> {
  for await (const chunk of source.snapshot(entity, await source.head(), null, signal)) {
    yield chunk.flatMap((message) => (message.op !== "unreadable" && message.after?.[lookup.by] != null ? [message.after] : []));
  }
}

/** How many entries equal their rows; the others are reported once they have been looked at again. */
async function rightOnes({ comparison, source, store, entity, lookup }: About, entries: readonly Row[]): Promise<number> {
  const rowsNow = (of: readonly Row[]) => heldRows(source, entity, of.map((entry) => keyOf(entity, entry)));
  const first = await rowsNow(entries);
  let suspects = entries.map((entry, i) => ({ entry, row: first[i]! })).filter(({ entry, row }) => !sameRow(entity, row, entry));
  let right = entries.length - suspects.length;
  for (let look = 1; suspects.length > 0; look++) {
    await comparison.secondLook.at(store);
    // One that is no longer listed was on its way out. The store is asked first, as for rows.
    const there = await Promise.all(suspects.map(({ entry }) => isListed(store, entity, lookup, entry)));
    const rows = await rowsNow(suspects.map(({ entry }) => entry));
    const next: typeof suspects = [];
    for (const [i, { entry, row }] of suspects.entries()) {
      if (sameRow(entity, rows[i]!, entry)) right++;
      else if (there[i] && (look === mostLooks || sameRow(entity, rows[i]!, row))) {
        comparison.found(store, entity, differencesOf(store, entity, keyOf(entity, entry), rows[i]!, entry, lookupTable(entity, lookup)));
      } else if (there[i]) next.push({ entry, row: rows[i]! });
    }
    suspects = next;
  }
  return right;
}

/** The rows whose entry cannot be listed, also as they are when the store has caught up. */
async function missingOf({ comparison, source, store, entity, lookup }: About, rows: readonly Row[]): Promise<Difference[]> {
  const differences: Difference[] = [];
  const unlisted = async (of: readonly Row[]) => {
    const listed = await Promise.all(of.map((row) => isListed(store, entity, lookup, row)));
    return of.filter((_, i) => !listed[i]);
  };
  let suspects = await unlisted(rows);
  for (let look = 1; suspects.length > 0; look++) {
    await comparison.secondLook.at(store);
    const missing = await unlisted(suspects);
    const now = await heldRows(source, entity, missing.map((row) => keyOf(entity, row)));
    const next: Row[] = [];
    for (const [i, before] of missing.entries()) {
      const row = now[i];
      if (!row || row[lookup.by] === null) continue;
      if (look < mostLooks && !sameRow(entity, row, before)) next.push(row);
      else differences.push({ store: store.name, table: entity.table, lookup: lookupTable(entity, lookup), key: keyOf(entity, row), kind: "missing" });
    }
    suspects = next;
  }
  return differences;
}

/** Whether the lookup lists this very row: the entry before its successor, or the last one. */
async function isListed(store: Store, entity: Entity, lookup: Lookup, row: Row): Promise<boolean> {
  const by = row[lookup.by]!;
  const next = await store.rows!.list(entity, lookup, by, { limit: 1, from: entryOf(entity, lookup, row), backward: false });
  const from = next.rows[0] ? entryOf(entity, lookup, next.rows[0]) : null;
  const { rows: [found] } = await store.rows!.list(entity, lookup, by, { limit: 1, from, backward: true });
  return found !== undefined && keyText(keyOf(entity, found)) === keyText(keyOf(entity, row)) && sameRow(entity, found, row);
}
