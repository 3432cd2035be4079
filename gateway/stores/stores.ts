import { type Finding, PreflightFailed } from "../../runtime/findings.js";
import { endedAfter } from "../../runtime/time-limit.js";
import { withoutSecrets } from "../../runtime/values.js";
import { unlessAborted } from "../../runtime/wait.js";
import type { Generation } from "../../schema/generation.js";
import type { Entity, Key, Lookup, Row } from "../../schema/entity.js";
import type { Value } from "../../schema/fields.js";
import type { NamedStore } from "../../stores/named.js";
import { openStore } from "../../stores/open.js";
import { type Page, type SearchQuery, type SearchSlice, type Slice, type Store, StoreRefusal } from "../../stores/ports.js";
import { notReady, unavailable } from "../graphql/errors.js";
import type { GatewayMetrics } from "../metrics.js";
import { Freshness, type StoreFreshness } from "./freshness.js";

/** The stores as the gateway reads them: measured, bounded in time, their failures in the API's words. */
export class ServedStores implements AsyncDisposable {
  private readonly rows: Store;
  private readonly searchable: Store | undefined;
  private readonly fresh: Freshness;

  /** The first store that has a part serves it. @throws PreflightFailed when none has rows. */
  constructor(private readonly stores: readonly Store[], private readonly metrics: GatewayMetrics) {
    const rows = stores.find((store) => store.rows);
    if (!rows) {
      throw new PreflightFailed([{
        where: "SLUICE_STORES", problem: `${stores.map((store) => store.name).join(", ")} cannot answer by key`,
        remedy: "add a store that holds rows: cassandra: or sqlite:",
      }]);
    }
    this.rows = rows;
    this.searchable = stores.find((store) => store.search);
    this.fresh = new Freshness(stores.filter((store) => store === rows || store === this.searchable));
  }

  get(of: Entity, keys: readonly Key[], deadline: number, stop: AbortSignal): Promise<readonly (Row | null)[]> {
    return this.call(this.rows, "get", deadline, stop, () => this.rows.rows!.get(of, keys));
  }

  list(of: Entity, lookup: Lookup, by: Value, page: Page, deadline: number, stop: AbortSignal): Promise<Slice> {
    return this.call(this.rows, "list", deadline, stop, () => this.rows.rows!.list(of, lookup, by, page));
  }

  search(query: SearchQuery, deadline: number, stop: AbortSignal): Promise<SearchSlice> {
    const store = this.searchable;
    if (!store) throw unavailable("no store with search is configured", null);
    return this.call(store, "search", deadline, stop, (ends) => store.search!.search(query, ends));
  }

  /** What the rows are that are served, by the store that holds them; null while sync has not written there. */
  generation(): Promise<Generation | null> {
    return this.rows.generation();
  }

  /** How far each store that serves is; at most a quarter of a second old. */
  freshness(): Promise<readonly StoreFreshness[]> {
    return this.fresh.read();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const store of this.stores) await store[Symbol.asyncDispose]();
  }

  private async call<T>(
    store: Store, call: "get" | "list" | "search", deadline: number, stop: AbortSignal, work: (ends: AbortSignal) => Promise<T>,
  ): Promise<T> {
    stop.throwIfAborted();
    const done = this.metrics.storeCall(store.name, call);
    try {
      const result = await before(deadline, stop, store.name, work);
      done("ok");
      return result;
    } catch (error) {
      done("failed");
      if (this.fresh.isEmpty(store.name)) {
        throw notReady(`the ${store.name} store holds nothing yet; it does once "sluice sync" has begun`);
      }
      throw error;
    }
  }
}

/** Opens every store. @throws PreflightFailed that names each one that does not open. */
export async function openStores(named: readonly NamedStore[], metrics: GatewayMetrics): Promise<ServedStores> {
  const opened = await Promise.allSettled(named.map(({ url, name }) => openStore(url, name)));
  const stores = opened.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  try {
    const findings = opened.flatMap((result, i) => (result.status === "rejected" ? [findingOf(named[i]!.url, result.reason)] : []));
    if (findings.length > 0) throw new PreflightFailed(findings);
    return new ServedStores(stores, metrics);
  } catch (error) {
    for (const store of stores) await store[Symbol.asyncDispose]();
    throw error;
  }
}

function findingOf(url: URL, reason: unknown): Finding {
  const where = `SLUICE_STORES ${withoutSecrets(url)}`;
  if (reason instanceof PreflightFailed) return reason.findings[0]!;
  if (reason instanceof StoreRefusal) return { where, problem: reason.message, remedy: reason.remedy };
  return { where, problem: reason instanceof Error ? reason.message : String(reason), remedy: "start that store, or correct its URL" };
}

/**
 * Waits for the work until the deadline has passed or `stop` aborts. Then `ends` aborts, so that a store that can ends its work.
 */
async function before<T>(deadline: number, stop: AbortSignal, name: string, work: (ends: AbortSignal) => Promise<T>): Promise<T> {
  const late = () => unavailable(`the ${name} store did not answer in time; ask for less, or try again`, null);
  const left = deadline - Date.now();
  if (left <= 0) throw late();
  return endedAfter(left, late, stop, (ends) => unlessAborted(ends, work(ends)));
}
