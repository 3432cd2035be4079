import DataLoader from "dataloader";
import { inParallel } from "../../runtime/parallel.js";
import { type Entity, type Key, keyOf, keyText, type Lookup, lookupTable, type Row } from "../../schema/entity.js";
import type { Value } from "../../schema/fields.js";
import type { Page, SearchQuery, SearchSlice, Slice } from "../../stores/ports.js";
import type { ServedStores } from "../stores/stores.js";

/** One page of one lookup. */
export interface ListKey {
  readonly of: Entity;
  readonly lookup: Lookup;
  readonly by: Value;
  readonly page: Page;
}

/** Between two levels of an operation the event loop comes round, so that a large one holds it for a level only. */
const nextTurn = (read: () => void) => void setImmediate(read);

const maxBatch = 200;
const maxListsAtOnce = 16;

/** Reads each thing once for one request. It knows no row scope: `VisibleRows` does. */
export class Loaders {
  private readonly byTable = new Map<string, DataLoader<Key, Row | null, string>>();
  private readonly lists: DataLoader<ListKey, Slice, string>;

  /** After `deadline`, milliseconds since the epoch, no store is waited for. Once `stop` aborts, none is asked and its reason is thrown. */
  constructor(private readonly stores: ServedStores, private readonly deadline: number, private readonly stop: AbortSignal) {
    this.lists = new DataLoader((keys) => this.listAll(keys), { cacheKeyFn: listText, batchScheduleFn: nextTurn });
  }

  row(of: Entity, key: Key): Promise<Row | null> {
    return this.rowsOf(of).load(key);
  }

  list(key: ListKey): Promise<Slice> {
    return this.lists.load(key);
  }

  search(query: SearchQuery): Promise<SearchSlice> {
    return this.stores.search(query, this.deadline, this.stop);
  }

  private rowsOf(of: Entity): DataLoader<Key, Row | null, string> {
    let loader = this.byTable.get(of.table);
    if (!loader) {
      const read = (keys: readonly Key[]) => this.stores.get(of, keys, this.deadline, this.stop);
      loader = new DataLoader(read, { cacheKeyFn: keyText, maxBatchSize: maxBatch, batchScheduleFn: nextTurn });
      this.byTable.set(of.table, loader);
    }
    return loader;
  }

  /** Lists are independent reads (each is one partition), so they run side by side, a bounded number at a time. */
  private listAll(keys: readonly ListKey[]): Promise<readonly (Slice | Error)[]> {
    return inParallel<ListKey, Slice | Error>(keys, maxListsAtOnce, (key) => this.listOne(key).catch((error: Error) => error));
  }

  private async listOne({ of, lookup, by, page }: ListKey): Promise<Slice> {
    const slice = await this.stores.list(of, lookup, by, page, this.deadline, this.stop);
    const rows = this.rowsOf(of);
    for (const row of slice.rows) rows.prime(keyOf(of, row), row);
    return slice;
  }
}

function listText({ of, lookup, by, page }: ListKey): string {
  return JSON.stringify([lookupTable(of, lookup), by, page.limit, page.backward, page.from]);
}
