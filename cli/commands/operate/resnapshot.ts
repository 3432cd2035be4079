import { z } from "zod";
import { type Finding, PreflightFailed } from "../../../runtime/findings.js";
import { everyKey, type KeyRange } from "../../../schema/position.js";
import { totesys } from "../../../schema/totesys/catalog.js";
import { keyRangeOf } from "../../../sync/letters/key-range.js";
import type { Forecast } from "../../../sync/mysql/preflight/log-facts.js";
import { syncSettings } from "../../../sync/settings.js";
import type { Source, FeedLock, FeedLockEvent } from "../../../sync/source.js";
import { command } from "../../command.js";
import { type OpenedStore, withOpenedStores } from "../../letters.js";
import { runningSync } from "../../running-sync.js";
import { dataDir } from "../../settings.js";

export const resnapshot = command({
  name: "resnapshot",
  description: "Have the next sync copy tables anew into one store, which readers keep meanwhile; with all tables, a purged log does not "
    + "matter.",
  settings: {
    mysql: syncSettings.mysql,
    stores: syncSettings.stores,
    dataDir,
    store: {
      env: "SLUICE_STORE", placeholder: "name", description: "which of the stores: embedded, cassandra or elasticsearch",
      schema: z.string("is not set"),
    },
    where: {
      env: "SLUICE_WHERE", placeholder: "range",
      description: 'of one table, only these keys: --where "sales_order_id between 1000 and 2000"',
      schema: z.string().max(1_000).optional(),
    },
  },
  words: { name: "table", description: "tables to copy again (default: all)", many: true },
  async run({ mysql, stores, store, where, dataDir: folder }, { words, out, signal }) {
    const findings: Finding[] = words.filter((word) => !totesys.has(word))
      .map((word) => ({
        where: "resnapshot", problem: `no table is named "${word}"`,
        remedy: `name some of ${totesys.entities.map(({ table }) => table).join(", ")}`,
      }));
    if (where !== undefined && words.length !== 1) findings.push({
      where: "--where", problem: `it is about one table, and ${words.length} are named`, remedy: "name the table whose keys they are",
    });
    const range = where !== undefined && words.length === 1 && totesys.has(words[0]!) ? rangeOrFindings(words[0]!, where, findings)
      : everyKey;
    // A pipeline that has failed holds still until it is resumed.
    const pipeline = (await (await runningSync(folder))?.status())?.find((each) => each.pipeline === store);
    if (pipeline && pipeline.state !== "failed") findings.push({
      where: "sync", problem: "it is running, and would go on from where it is", remedy: "stop it first, then start it again afterwards",
    });
    if (findings.length > 0) throw new PreflightFailed(findings);

    const [{ openMysqlSource }, { storeIdentity }] = await Promise.all([
      import("../../../sync/mysql/source.js"), import("../../../stores/open.js"),
    ]);
    const { resnapshot: setBack } = await import("../../../sync/progress/resnapshot.js");
    return withOpenedStores(stores, async (openedStores) => {
      const opened = openedStores.find(({ sink }) => sink.name === store);
      if (!opened) throw new PreflightFailed([{
        where: "--store", problem: `no store named "${store}" was ever written to`,
        remedy: `name one of ${openedStores.map(({ sink }) => sink.name).join(", ")}`,
      }]);
      await using source = openMysqlSource(mysql, totesys, storeIdentity(opened.url), signal);
      await using _ = await feedLockOf(source, signal);
      if (words.length > 0) await mustResume(mysql, opened);
      const progress = await setBack(source, opened.sink, totesys, words, range);
      out.result(
        { store, tables: words.length > 0 ? words : totesys.entities.map(({ table }) => table), progress },
        `${store}: ${words.length > 0 ? words.join(", ") : "every table"}${where === undefined ? "" : ` where ${where}`} will be copied `
          + `anew ${pipeline ? `after sluice resume ${store}` : "when sync starts"}`,
      );
    });
  },
});

function rangeOrFindings(table: string, where: string, findings: Finding[]): KeyRange {
  try {
    return keyRangeOf(totesys.entity(table), where);
  } catch (error) {
    if (!(error instanceof PreflightFailed)) throw error;
    findings.push(...error.findings);
    return everyKey;
  }
}

/** So that no sync process, wherever it runs, goes on from where it is. */
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

/** Copying some tables leaves the others to the log: it must still be there. */
async function mustResume(mysql: URL, { store }: OpenedStore): Promise<void> {
  const { logFacts, provenForecastOf } = await import("../../../sync/mysql/preflight/log-facts.js");
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
