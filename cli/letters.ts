import { join, resolve } from "node:path";
import { PreflightFailed } from "../runtime/findings.js";
import { makeFolder } from "../runtime/folder.js";
import { keyText } from "../schema/entity.js";
import { totesys } from "../schema/totesys/catalog.js";
import type { LetterHead, Sink, Store } from "../stores/ports.js";
import type { LetterActions } from "../sync/letters/settle-letters.js";

/** A store that has been written to, and its letters. */
export interface OpenedStore {
  readonly url: URL;
  readonly sink: Sink;
  readonly store: Store;
}

/** `cassandra/sales_order/17`. */
export function letterName({ sink }: OpenedStore, { entity, key }: LetterHead): string {
  return `${sink.name}/${entity}/${keyText(key)}`;
}

/** Opens every store that sync has prepared, and hands them over. */
export async function withOpenedStores<T>(urls: readonly URL[], use: (openedStores: readonly OpenedStore[]) => Promise<T>): Promise<T> {
  const { openSink, openStore } = await import("../stores/open.js");
  const opened: AsyncDisposable[] = [];
  const openedStores: OpenedStore[] = [];
  try {
    for (const url of urls) {
      const store = await openStore(url, totesys);
      opened.push(store);
      // A store nobody prepared has no letters, and opening it to write would make it.
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

/** A letter that was named, without the images of its row. */
export interface Named {
  readonly opened: OpenedStore;
  readonly letter: LetterHead;
}

/**
 * The letters named, or all below a part of a name such as `cassandra/sales_order`; the oldest first. @throws PreflightFailed when there is
 * none
 */
export async function lettersNamed(openedStores: readonly OpenedStore[], names: readonly string[]): Promise<readonly Named[]> {
  const isOf = (name: string) => (found: Named) => `${letterName(found.opened, found.letter)}/`.startsWith(`${name.replace(/\/$/, "")}/`);
  const all: Named[] = [];
  for (const opened of openedStores) {
    for await (const letters of opened.sink.deadLetters.all()) {
      all.push(...letters.map((letter) => ({ opened, letter })).filter((found) => names.some((name) => isOf(name)(found))));
    }
  }
  const missing = names.filter((name) => !all.some(isOf(name)));
  if (names.length === 0) missing.push("(nothing)");
  if (missing.length > 0) {
    throw new PreflightFailed(missing.map((name) => ({
      where: "dead-letters", problem: `${name} names no letter`,
      remedy: "use names as `sluice dead-letters list` prints them, or a part of one: cassandra/sales_order",
    })));
  }
  return all.sort((a, b) => a.letter.parkedAt - b.letter.parkedAt);
}

/** Everything an act on a letter needs; the audit file is in the data folder. */
export async function letterActions(
  mysql: URL | undefined, dataDir: string, signal: AbortSignal,
): Promise<AsyncDisposable & { actionsOf(opened: OpenedStore): LetterActions }> {
  if (!mysql) throw new PreflightFailed([
    { where: "SLUICE_MYSQL_URL", problem: "is not set", remedy: "give --mysql: the row is read from there" },
  ]);
  const { openMysqlSource } = await import("../sync/mysql/source.js");
  const source = openMysqlSource(mysql, totesys, "dead-letters", signal);
  makeFolder(dataDir);
  const auditFile = resolve(join(dataDir, "audit.jsonl"));
  return {
    actionsOf: (opened) => ({ ...opened, source, catalog: totesys, auditFile, signal }),
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}
