import { entryOf, type Entity, keyOf, keyText, type Lookup, lookupTable, type Row } from "../../../schema/entity.js";
import type { Value } from "../../../schema/fields.js";
import type { Store } from "../../../stores/ports.js";
import { lettersIn, type MemoryDisk } from "./memory-sink.js";

/** Reads what is on the disk at the moment of the call; `meanwhile` happens before each answer. */
export function memoryStore(disk: MemoryDisk, meanwhile: () => Promise<void>): Store {
  const entries = (of: Entity, lookup: Lookup) => [...disk.live(lookupTable(of, lookup)).values()];
  return {
    name: "memory",
    rows: {
      async get(of, keys) {
        await meanwhile();
        const rows = disk.live(of.table);
        return keys.map((key) => rows.get(keyText(key)) ?? null);
      },
      async list(of, lookup, by, { limit, from, backward }) {
        await meanwhile();
        const sign = (lookup.direction === "asc") === backward ? -1 : 1;
        const compare = (a: readonly Value[], b: readonly Value[]) => sign * inOrder(a, b);
        const listed = entries(of, lookup).filter((row) => row[lookup.by] === by && (!from || compare(entryOf(of, lookup, row), from) > 0))
          .sort((a, b) => compare(entryOf(of, lookup, a), entryOf(of, lookup, b)));
        const rows = listed.slice(0, limit);
        return { rows: backward ? rows.reverse() : rows, more: listed.length > limit };
      },
    },
    audit: {
      async *rows(of) {
        for (const [, row] of disk.live(of.table)) {
          await meanwhile();
          yield [{ key: keyOf(of, row), row }];
        }
      },
      entryFields: (of) => Object.keys(of.fields),
      async *entries(of, lookup) {
        for (const row of entries(of, lookup)) {
          await meanwhile();
          yield [row];
        }
      },
      async entriesAt(of, lookup, places) {
        await meanwhile();
        const place = (row: Row) => JSON.stringify([row[lookup.by], ...entryOf(of, lookup, row)]);
        const all = new Map(entries(of, lookup).map((row) => [place(row), row]));
        return places.map((row) => all.get(place(row)) ?? null);
      },
    },
    deadLetters: lettersIn(disk),
    progress: async () => disk.progress,
    generation: async () => disk.generation,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function inOrder(a: readonly Value[], b: readonly Value[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  return 0;
}

/** Puts a row into the table as only the test does, whatever its version. */
export function putBehind(disk: MemoryDisk, table: string, place: string, row: Row | null): void {
  const cells = disk.tables.get(table) ?? new Map();
  disk.tables.set(table, cells.set(place, { version: 1, row }));
}
