import { realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import type { EngineName } from "../../engines/engine.js";
import { ensureEngines } from "../../engines/ensure.js";
import { takeLock } from "../../engines/packages/lock.js";
import { type Finding, PreflightFailed } from "../../runtime/findings.js";
import { makeFolder } from "../../runtime/files/folder.js";
import type { Setting } from "../../runtime/settings.js";
import { flag, listOf, url } from "../../runtime/values.js";
import { named, namedByEngine, noClash, type NamedStore, storeListText } from "../../stores/named.js";
import { storeIdentity, storeName, storeSchemes } from "../../stores/open.js";
import { folderFindings } from "../../sync/control/running-process.js";
import type { Output } from "../output.js";
import { enginesEnded } from "./engines-ended.js";
import { writeEnvironment } from "./environment.js";

const storeEngines = ["embedded", "cassandra", "elasticsearch"] as const;
type StoreEngine = (typeof storeEngines)[number];

const storeChoice = named(
  z.union([z.enum(storeEngines), url(...storeSchemes)], `each is ${storeEngines.join(", ")} or the URL of a store`),
);
type StoreChoice = z.infer<typeof storeChoice>;
const placed = ({ name, item }: StoreChoice) => (typeof item === "string" ? { name: name ?? item, place: item } : {
  name: name ?? storeName(item), place: storeIdentity(item),
});

/** The settings that say where everything runs. */
export const placeSettings = {
  mysql: {
    env: "SLUICE_MYSQL_URL", placeholder: "url",
    description: "an operational database of your own (default: a MySQL is found or fetched)",
    schema: url("mysql").optional(),
  } satisfies Setting<URL | undefined>,
  stores: {
    env: "SLUICE_STORES", placeholder: "names",
    description: "the stores to serve from, comma-separated: embedded, cassandra, elasticsearch, or URLs of your own; a name may stand "
      + "before each: orders=cassandra (default: embedded)",
    schema: z.string().default("embedded").pipe(listOf(storeChoice))
      .superRefine((stores, context) => noClash(stores.map(placed), context)),
  } satisfies Setting<StoreChoice[]>,
  keep: {
    env: "SLUICE_KEEP", description: "leave the engines running at the end, for the next start", schema: flag.default(false),
  } satisfies Setting<boolean>,
  fresh: {
    env: "SLUICE_FRESH", description: "begin with empty engines and stores", schema: flag.default(false),
  } satisfies Setting<boolean>,
};

export interface WorkspaceOptions {
  readonly mysql: URL | undefined;
  readonly stores: readonly StoreChoice[];
  readonly keep: boolean;
  readonly fresh: boolean;
  readonly dataDir: string;
}

/** Where everything runs. Disposing of it stops the engines it started, unless `keep` is set. */
export interface Workspace extends AsyncDisposable {
  readonly mysql: URL;
  readonly stores: readonly NamedStore[];
  /** The variables that tell other commands the same. */
  readonly environment: Readonly<Record<string, string>>;
  /** Resolves with an error when an engine of this machine has ended by itself; null once the workspace is disposed of. */
  readonly ended: Promise<Error | null>;
}

/**
 * Starts the engines that do not run, and writes down where all of them are, so that later commands need no options.
 * Until it is disposed of, no other process opens a workspace in this folder.
 * @throws PreflightFailed with what `look` finds too, before anything is started or emptied
 */
export async function openWorkspace(
  options: WorkspaceOptions, out: Output, signal: AbortSignal, look: () => Promise<readonly Finding[]> = async () => [],
): Promise<Workspace> {
  const held = await holdFolder(options.dataDir);
  try {
    const findings = [...await look(), ...(options.fresh ? await folderFindings(options.dataDir) : [])];
    if (findings.length > 0) throw new PreflightFailed(findings);
    const place = await openEngines(options, out, signal);
    return {
      ...place,
      async [Symbol.asyncDispose]() {
        await place[Symbol.asyncDispose]();
        await held[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await held[Symbol.asyncDispose]();
    throw error;
  }
}

/** Two processes that start engines, or empty them, in one folder would take them from each other. */
async function holdFolder(dataDir: string): Promise<AsyncDisposable> {
  makeFolder(dataDir);
  // Sockets without a file are Linux's; engines are started there only.
  if (process.platform !== "linux") return { [Symbol.asyncDispose]: async () => undefined };
  const lock = await takeLock(realpathSync(dataDir));
  if (!("holder" in lock)) return lock;
  throw new PreflightFailed([{
    where: dataDir, problem: `process ${lock.holder ?? "(unknown)"}, a \`start\`, \`up\` or \`bench\` of Sluice, works in this folder`,
    remedy: "end that one first, or give this one a folder with --data-dir, and ports, of its own",
  }]);
}

async function openEngines(
  { mysql, stores, keep, fresh, dataDir }: WorkspaceOptions, out: Output, signal: AbortSignal,
): Promise<Workspace> {
  if (fresh) await rm(embeddedFolder(dataDir), { recursive: true, force: true });
  const names: EngineName[] = mysql ? [] : ["mysql"];
  for (const { item } of stores) if (item === "cassandra" || item === "elasticsearch") names.push(item);
  const engines = await ensureEngines(names, { dataDir: enginesFolder(dataDir), keep, fresh, onProgress: out.say, signal });

  const database = mysql ?? new URL("/totesys", engines.mysql.url);
  const fed = stores.map(({ name, item }): NamedStore => {
    const at = typeof item === "string" ? urlOf(item, dataDir, engines) : item;
    return name === null ? namedByEngine(at) : { name, url: at };
  });
  const environment = { SLUICE_MYSQL_URL: database.href, SLUICE_STORES: storeListText(fed) };
  await writeEnvironment(dataDir, environment);
  const leaving = new AbortController();
  return {
    mysql: database, stores: fed, environment,
    ended: enginesEnded(names.map((name) => engines[name]), enginesFolder(dataDir), leaving.signal),
    async [Symbol.asyncDispose]() {
      leaving.abort();
      await engines[Symbol.asyncDispose]();
    },
  };
}

export const enginesFolder = (dataDir: string) => join(dataDir, "engines");
const embeddedFolder = (dataDir: string) => join(resolve(dataDir), "embedded");

function urlOf(store: StoreEngine, dataDir: string, engines: Readonly<Record<EngineName, { readonly url: string }>>): URL {
  switch (store) {
    case "embedded": return sqliteUrl(join(embeddedFolder(dataDir), "totesys.db"));
    case "cassandra": return new URL(`${engines.cassandra.url}/totesys`);
    case "elasticsearch": return new URL(engines.elasticsearch.url.replace(
      /^http(s?):\/\//, (_, tls: string) => (tls ? "elasticsearch+https://" : "elasticsearch://"),
    ) + "/totesys");
    default: return store satisfies never;
  }
}

/** A list of stores is divided at commas, and a URL ends its path at ? and #. */
function sqliteUrl(file: string): URL {
  return new URL(`sqlite://${encodeURI(file).replace(/[?#,]/g, encodeURIComponent)}`);
}
