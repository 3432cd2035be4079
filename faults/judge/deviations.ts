import type { Catalog } from "../../schema/catalog.js";
import { type Entity, entryOf, type Key, keyOf, keyText, type Lookup, lookupTable, type Row } from "../../schema/entity.js";
import type { Value } from "../../schema/fields.js";
import type { DeadLetter, Kept, Store } from "../../stores/ports.js";
import type { Filled, Ledger } from "../workload/ledger.js";

/** How many values of each lookup have their lists read. Cassandra's tables of entries are also read whole. */
const listed = 12;

/**
 * Lists what differs between a store and the ledger, as lines. A row that is in the store's dead letters must not be in the store; every
 * other row must be there as it was written.
 * A letter of a row that is not refused is a deviation too.
 */
export async function deviations(store: Store, letters: readonly DeadLetter[], ledger: Ledger, catalog: Catalog): Promise<string[]> {
  const found: string[] = [];
  for (const entity of catalog.entities) {
    const refused = new Set(letters.filter((letter) => letter.entity === entity.table).map(({ key }) => keyText(key)));
    const say = (key: Key, what: string) => found.push(`${store.name} ${entity.table} ${keyText(key)}: ${what}`);
    const wanted = new Map<string, Row>();
    for (const [key, { row, held }] of ledger.table(entity)) {
      if (!held && !refused.has(key)) say([key], "cannot be held by any store, and is not in the dead letters");
      if (held && !refused.has(key)) wanted.set(key, row);
    }
    for (const key of refused) if (!ledger.table(entity).has(key)) say([key], "is in the dead letters, and is deleted");
    await compare(entity, wanted, ledger.filled(entity), store.audit.rows(entity), say);
    for (const lookup of entity.lookups) {
      const inLookup = (key: Key, what: string) => say(key, `${what} (${lookupTable(entity, lookup)})`);
      const entries = new Map([...wanted].filter(([, row]) => row[lookup.by] !== null));
      if (store.audit.entryFields(entity, lookup).length > 0) await compare(
        entity, entries, [], keptEntries(store, entity, lookup), inLookup,
      );
      await compareLists(store, entity, lookup, [...entries.values()], inLookup);
    }
  }
  return found;
}

type Say = (key: Key, what: string) => void;

async function compare(
  entity: Entity, wanted: ReadonlyMap<string, Row>, filled: readonly Filled[], audited: AsyncIterable<readonly Kept[]>, say: Say,
): Promise<void> {
  const missing = new Map(wanted);
  let lacking = filled.reduce((sum, { rows }) => sum + rows, 0);
  const filledAt = (text: string) => {
    const of = filled.find(({ from, rows }) => Number(text) >= from && Number(text) < from + rows);
    if (of) lacking--;
    return of?.imageOf(text).row;
  };
  const seen = new Set<string>();
  for await (const rows of audited) {
    for (const { key, row } of rows) {
      const text = keyText(key);
      if (seen.has(text)) say(key, "is there twice");
      seen.add(text);
      const is = wanted.get(text) ?? filledAt(text);
      missing.delete(text);
      if (!is) say(key, "is there, and should not be");
      else for (const name of Object.keys(row)) if (row[name] !== is[name]) say(
        key, `${name} is ${JSON.stringify(row[name])}, was written ${JSON.stringify(is[name])}`,
      );
    }
  }
  for (const row of missing.values()) say(keyOf(entity, row), "is missing");
  if (lacking > 0) say(["*"], `${lacking} rows of the large transaction are missing`);
}

async function* keptEntries(store: Store, entity: Entity, lookup: Lookup): AsyncGenerator<readonly Kept[]> {
  for await (const entries of store.audit.entries(entity, lookup)) yield entries.map((row) => ({ key: keyOf(entity, row), row }));
}

/** Compares what readers get: whole lists, in order, page by page. */
async function compareLists(store: Store, entity: Entity, lookup: Lookup, rows: readonly Row[], say: Say): Promise<void> {
  const values = [...new Set(rows.map((row) => row[lookup.by]!))].slice(0, listed);
  for (const by of values) {
    const wanted = rows.filter((row) => row[lookup.by] === by).map((row) => keyText(keyOf(entity, row))).sort();
    const keys = await keysListed(store, entity, lookup, by);
    if (keys.sort().join() !== wanted.join()) say(
      [String(by)], `is not listed as it should be: ${keys.length} keys, ${wanted.length} were written`,
    );
  }
}

async function keysListed(store: Store, entity: Entity, lookup: Lookup, by: Value): Promise<string[]> {
  const keys: string[] = [];
  for (let from: readonly Value[] | null = null; ;) {
    const page = await store.rows!.list(entity, lookup, by, { limit: 500, from, backward: false });
    keys.push(...page.rows.map((row) => keyText(keyOf(entity, row))));
    const last = page.rows.at(-1);
    if (!page.more || !last) return keys;
    from = entryOf(entity, lookup, last);
  }
}
