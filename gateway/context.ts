import type { Catalog } from "../schema/catalog.js";
import type { Viewer } from "./auth/viewer.js";
import { Loaders } from "./loaders.js";
import type { ServedStores } from "./stores.js";
import { VisibleRows } from "./visible-rows.js";

/** What a resolver has: who asks, and the rows that one may see. It lives as long as one operation. */
export interface GatewayContext {
  readonly viewer: Viewer;
  readonly rows: VisibleRows;
  readonly stores: ServedStores;
  /** Milliseconds since the epoch after which nothing is waited for. */
  readonly deadline: number;
}

export function contextOf(catalog: Catalog, stores: ServedStores, viewer: Viewer, timeoutMs: number): GatewayContext {
  const deadline = Date.now() + timeoutMs;
  return { viewer, stores, deadline, rows: new VisibleRows(catalog, new Loaders(stores, deadline), viewer) };
}
