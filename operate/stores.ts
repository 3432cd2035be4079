import { totesys } from "../schema/totesys/catalog.js";
import type { Sink, Store } from "../stores/ports.js";

/** Opens every store for reading and hands them over. They are closed again whatever happens. */
export async function withStores<T>(urls: readonly URL[], use: (stores: readonly Store[]) => Promise<T>): Promise<T> {
  const { openStore } = await import("../stores/open.js");
  const stores: Store[] = [];
  try {
    for (const url of urls) stores.push(await openStore(url, totesys));
    return await use(stores);
  } finally {
    await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()));
  }
}

/** A store that sync has written to, opened for reading and for writing. */
export interface OpenedStore {
  readonly url: URL;
  readonly sink: Sink;
  readonly store: Store;
}

/** Opens every store that sync has prepared and hands them over. They are closed again whatever happens. */
export async function withOpenedStores<T>(urls: readonly URL[], use: (openedStores: readonly OpenedStore[]) => Promise<T>): Promise<T> {
  const { openSink, openStore } = await import("../stores/open.js");
  const opened: AsyncDisposable[] = [];
  const openedStores: OpenedStore[] = [];
  try {
    for (const url of urls) {
      const store = await openStore(url, totesys);
      opened.push(store);
      // A store without progress has no letters, and opening it for writing would create its tables.
      if (!(await store.progress())) continue;
      const sink = await openSink(url, totesys);
      opened.push(sink);
      openedStores.push({ url, store, sink });
    }
    return await use(openedStores);
  } finally {
    await Promise.all(opened.map((each) => each[Symbol.asyncDispose]()));
  }
}
