import { type Finding, PreflightFailed } from "../runtime/findings.js";
import { everyKey, type KeyRange, type Progress } from "../schema/position.js";
import type { Catalog } from "../schema/catalog.js";
import type { NamedStore } from "../stores/named.js";
import { keyRangeOf } from "../sync/letters/key-range.js";
import type { Forecast } from "../sync/mysql/preflight/log-facts.js";
import type { FeedLock, FeedLockEvent, Source } from "../sync/source.js";
import { runningSync } from "./running-sync.js";
import { type OpenedStore, withOpenedStores } from "./stores.js";

export interface ResnapshotOptions {
  readonly mysql: URL;
  readonly stores: readonly NamedStore[];
  /** Name of the pipeline whose store is set back. */
  readonly store: string;
  /** None means all of them. */
  readonly tables: readonly string[];
  /** Of the one table named, only these keys. */
  readonly where: string | undefined;
  readonly dataDir: string;
}

export interface SetBack {
  readonly store: string;
  readonly tables: readonly string[];
  readonly progress: Progress;
  /** The copy begins when sync starts, or, where its pipeline has failed, when that is resumed. */
  readonly begins: "at start" | "at resume";
}

/**
 * Sets a store's progress back, so that its pipeline copies tables again while readers keep what is there.
 * @throws PreflightFailed with every finding, also where some sync process would go on from where it is
 */
export async function resnapshot(options: ResnapshotOptions, signal: AbortSignal): Promise<SetBack> {
  const { mysql, stores, store, tables, dataDir } = options;
  const findings: Finding[] = [];
  // A pipeline that has failed does nothing until it is resumed.
  const pipeline = (await (await runningSync(dataDir))?.status())?.find((each) => each.pipeline === store);
  if (pipeline && pipeline.state !== "failed") findings.push({
    where: "sync", problem: "it is running, and would go on from where it is", remedy: "stop it first, then start it again afterwards",
  });
  if (findings.length > 0) throw new PreflightFailed(findings);

  const [{ openMysqlSource }, { mustAnswer }, { storeIdentity }, { resnapshot: setBack }] = await Promise.all([
    import("../sync/mysql/source.js"), import("../sync/mysql/preflight/preflight.js"), import("../stores/open.js"),
    import("../sync/progress/resnapshot.js"),
  ]);
  await mustAnswer(mysql);
  return withOpenedStores(stores, async (openedStores) => {
    const opened = openedStores.find(({ sink }) => sink.name === store);
    if (!opened) throw new PreflightFailed([{
      where: "--store", problem: `no store named "${store}" was ever written to`,
      remedy: `name one of ${openedStores.map(({ sink }) => sink.name).join(", ")}`,
    }]);
    const { catalog } = opened;
    const wrong: Finding[] = tables.filter((name) => !catalog.has(name)).map((name) => ({
      where: "resnapshot", problem: `no table is named "${name}"`,
      remedy: `name some of ${catalog.entities.map(({ table }) => table).join(", ")}`,
    }));
    const range = rangeOf(options, catalog, wrong);
    if (wrong.length > 0) throw new PreflightFailed(wrong);
    await using source = openMysqlSource(mysql, catalog, storeIdentity(opened.url), signal);
    await using _ = await feedLockOf(source, signal);
    if (tables.length > 0) await mustResume(mysql, opened);
    const progress = await setBack(source, opened.sink, catalog, tables, range);
    return {
      store, tables: tables.length > 0 ? tables : catalog.entities.map(({ table }) => table), progress,
      begins: pipeline ? "at resume" : "at start",
    };
  });
}

/** The keys of the one table named. What is wrong with them is added to the findings. */
function rangeOf({ tables, where }: ResnapshotOptions, catalog: Catalog, findings: Finding[]): KeyRange {
  if (where === undefined) return everyKey;
  const [table] = tables;
  if (tables.length !== 1) findings.push({
    where: "--where", problem: `it is about one table, and ${tables.length} are named`, remedy: "name the table whose keys they are",
  });
  if (tables.length !== 1 || !catalog.has(table!)) return everyKey;
  try {
    return keyRangeOf(catalog.entity(table!), where);
  } catch (error) {
    if (!(error instanceof PreflightFailed)) throw error;
    findings.push(...error.findings);
    return everyKey;
  }
}

/** Takes the store's feed lock, so that no sync process, wherever it runs, goes on from where it is. */
async function feedLockOf(source: Source, signal: AbortSignal): Promise<FeedLock> {
  const taken = new AbortController();
  const refuse = (event: FeedLockEvent) => {
    if (event.kind === "waiting") taken.abort(new PreflightFailed([{
      where: "sync", problem: `a process elsewhere feeds this store (${event.holder}), and would go on from where it is`,
      remedy: "stop it first, then start it again afterwards",
    }]));
  };
  return source.feedLock(refuse, AbortSignal.any([signal, taken.signal]));
}

/** Copying some tables leaves the others to the binary log, so the log after the position must still exist. */
async function mustResume(mysql: URL, { store }: OpenedStore): Promise<void> {
  const { logFacts, provenForecastOf } = await import("../sync/mysql/preflight/log-facts.js");
  const progress = await store.progress();
  const position = progress?.position;
  const forecast = position && await provenForecastOf(mysql, position, 0, await logFacts(mysql), false);
  if (!forecast || forecast.kind === "possible") return;
  throw new PreflightFailed([
    { where: store.name, problem: `${reasonOf(forecast)}, so any table can have changed`, remedy: "name no table: copy all of them again" },
  ]);
}

function reasonOf(forecast: Exclude<Forecast, { readonly kind: "possible" }>): string {
  switch (forecast.kind) {
    case "gone": return `the binary log after its position is gone (${forecast.missing})`;
    case "ahead": return `it holds changes this server does not have (${forecast.beyond})`;
    case "another": return `the binary log is another than it was fed from (${forecast.difference})`;
  }
  forecast satisfies never;
}
