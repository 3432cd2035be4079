import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import type { EngineName } from "../engines/engine.js";
import { ensureEngines } from "../engines/ensure.js";
import type { Setting } from "../runtime/settings.js";
import { flag, listOf, url } from "../runtime/values.js";
import { storeSchemes } from "../stores/open.js";
import { writeEnvironment } from "./environment.js";
import type { Output } from "./output.js";

const storeEngines = ["embedded", "cassandra", "elasticsearch"] as const;
type StoreEngine = (typeof storeEngines)[number];

const storeChoice = z.union([z.enum(storeEngines), url(...storeSchemes)], `each is ${storeEngines.join(", ")} or the URL of a store`);

/** What a user may say of where everything runs. */
export const placeSettings = {
  mysql: {
    env: "SLUICE_MYSQL_URL", placeholder: "url",
    description: "an operational database of your own (default: a MySQL is found or fetched)",
    schema: url("mysql").optional(),
  } satisfies Setting<URL | undefined>,
  stores: {
    env: "SLUICE_STORES", placeholder: "names",
    description: "the stores to serve from, comma-separated: embedded, cassandra, elasticsearch, or URLs of your own (default: embedded)",
    schema: z.string().default("embedded").pipe(listOf(storeChoice)),
  } satisfies Setting<(StoreEngine | URL)[]>,
  keep: {
    env: "SLUICE_KEEP", description: "leave the engines running at the end, for the next start", schema: flag.default(false),
  } satisfies Setting<boolean>,
  fresh: {
    env: "SLUICE_FRESH", description: "begin with empty engines and stores", schema: flag.default(false),
  } satisfies Setting<boolean>,
};

export interface PlaceOptions {
  readonly mysql: URL | undefined;
  readonly stores: readonly (StoreEngine | URL)[];
  readonly keep: boolean;
  readonly fresh: boolean;
  readonly dataDir: string;
}

/** Where everything runs. Disposing of it stops the engines it started, unless they are to be kept. */
export interface Place extends AsyncDisposable {
  readonly mysql: URL;
  readonly stores: readonly URL[];
  /** The variables that tell other commands the same. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Has every engine run, and writes down where, so that later commands need no options. */
export async function openPlace(options: PlaceOptions, out: Output, signal: AbortSignal): Promise<Place> {
  const { mysql, stores, keep, fresh, dataDir } = options;
  if (fresh) await rm(embeddedFolder(dataDir), { recursive: true, force: true });
  const names: EngineName[] = mysql ? [] : ["mysql"];
  for (const store of stores) if (store === "cassandra" || store === "elasticsearch") names.push(store);
  const engines = await ensureEngines(names, { dataDir: enginesFolder(dataDir), keep, fresh, onProgress: out.say, signal });

  const database = mysql ?? new URL("/totesys", engines.mysql.url);
  const urls = stores.map((store) => (typeof store === "string" ? urlOf(store, dataDir, engines) : store));
  const environment = { SLUICE_MYSQL_URL: database.href, SLUICE_STORES: urls.map((each) => each.href).join(",") };
  writeEnvironment(dataDir, environment);
  return { mysql: database, stores: urls, environment, [Symbol.asyncDispose]: () => engines[Symbol.asyncDispose]() };
}

export const enginesFolder = (dataDir: string) => join(dataDir, "engines");
const embeddedFolder = (dataDir: string) => join(resolve(dataDir), "embedded");

function urlOf(store: StoreEngine, dataDir: string, engines: Readonly<Record<EngineName, { readonly url: string }>>): URL {
  switch (store) {
    case "embedded": return new URL(`sqlite://${encodeURI(join(embeddedFolder(dataDir), "totesys.db"))}`);
    case "cassandra": return new URL(`${engines.cassandra.url}/totesys`);
    case "elasticsearch": return new URL(engines.elasticsearch.url.replace(/^http(s?):\/\//, (_, tls: string) => (tls ? "elasticsearch+https://" : "elasticsearch://")) + "/totesys");
    default: return store satisfies never;
  }
}
