import { PreflightFailed } from "../runtime/findings.js";
import { sleep } from "../runtime/wait.js";
import type { Catalog } from "../schema/catalog.js";
import { catalogOf, type Generation } from "../schema/generation.js";
import type { NamedStore } from "../stores/named.js";
import type { Store, TableSink } from "../stores/ports.js";

/** Opens every store for reading and hands them over. They are closed again whatever happens. */
export async function withStores<T>(named: readonly NamedStore[], use: (stores: readonly Store[]) => Promise<T>): Promise<T> {
  const { openStore } = await import("../stores/open.js");
  const stores: Store[] = [];
  try {
    for (const { url, name } of named) stores.push(await openStore(url, name));
    return await use(stores);
  } finally {
    await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()));
  }
}

/** A store that sync has written to, opened for reading and for writing. */
export interface OpenedStore {
  readonly url: URL;
  readonly sink: TableSink;
  readonly store: Store;
  /** What its rows are, by the store itself. */
  readonly catalog: Catalog;
}

/** Opens every store that sync has prepared and hands them over. They are closed again whatever happens. */
export async function withOpenedStores<T>(
  named: readonly NamedStore[], use: (openedStores: readonly OpenedStore[]) => Promise<T>,
): Promise<T> {
  const { openSink, openStore } = await import("../stores/open.js");
  const opened: AsyncDisposable[] = [];
  const openedStores: OpenedStore[] = [];
  try {
    for (const { url, name } of named) {
      const store = await openStore(url, name);
      opened.push(store);
      // A store without progress has no letters, and opening it for writing would create its tables.
      if (!(await store.progress())) continue;
      const catalog = await catalogOfStores([store]);
      const sink = await openSink(url, name);
      opened.push(sink);
      openedStores.push({ url, store, sink, catalog });
    }
    return await use(openedStores);
  } finally {
    await Promise.all(opened.map((each) => each[Symbol.asyncDispose]()));
  }
}

/**
 * What these stores hold, by themselves: a command that looks at them needs no file for that. A sync that has just been started has
 * `waitMs` to bring them to one generation. @throws PreflightFailed
 */
export async function catalogOfStores(
  stores: readonly Store[], waitMs = 0, signal: AbortSignal = new AbortController().signal,
): Promise<Catalog> {
  const late = Date.now() + waitMs;
  const isLate = () => Date.now() >= late || signal.aborted;
  let generations = await generationsOf(stores, isLate);
  while (!areOne(generations) && !isLate()) {
    await sleep(200, signal);
    generations = await generationsOf(stores, isLate);
  }
  const lacking = stores.filter((_, i) => generations[i] === null);
  if (lacking.length > 0) throw new PreflightFailed(lacking.map(({ name }) => ({
    where: name, problem: "it does not say yet what its rows are: sync never wrote there, or an earlier release did",
    remedy: "start sync, which writes it down",
  })));
  const [first, ...others] = generations;
  const other = others.findIndex((each) => each!.hash !== first!.hash);
  if (other >= 0) throw new PreflightFailed([{
    where: `${stores[0]!.name}, ${stores[other + 1]!.name}`, problem: "they hold rows of different generations of the catalog",
    remedy: "look at one of them at a time, or start sync, which brings both to one generation",
  }]);
  return catalogOf(first!);
}

/** A store that does not answer now, or that sync is making, may do so later. */
function generationsOf(stores: readonly Store[], isLate: () => boolean): Promise<readonly (Generation | null)[]> {
  return Promise.all(stores.map((store) => store.generation().catch((error: unknown) => {
    if (isLate()) throw error;
    return null;
  })));
}

function areOne([first, ...others]: readonly (Generation | null)[]): boolean {
  return first !== null && others.every((each) => each?.hash === first?.hash);
}
