import { join, resolve } from "node:path";
import { type Finding, PreflightFailed } from "../runtime/findings.js";
import { cassandraRecipe } from "./cassandra/recipe.js";
import { elasticsearchRecipe } from "./elasticsearch/recipe.js";
import type { Engine, EngineName, DownloadReport } from "./engine.js";
import { mariadbRecipe } from "./mariadb/recipe.js";
import { mysqlRecipe } from "./mysql/recipe.js";
import { withLock } from "./packages/lock.js";
import { defaultPackages } from "../runtime/files/project.js";
import type { Recipe } from "./recipe.js";
import { halt, hasOwner, readRunning } from "./running.js";
import { type Lifetime, start } from "./start.js";

export interface EngineOptions extends Lifetime {
  /** Each engine has a folder of its own name in it: its data, log, password and what runs there now. */
  readonly dataDir: string;
  /** Engines that run already: nothing is started for these. */
  readonly urls?: Partial<Readonly<Record<EngineName, string | undefined>>> | undefined;
  readonly onProgress?: DownloadReport | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Unpacked packages, shared by all data folders. */
  readonly packagesDir?: string | undefined;
}

export type Engines<N extends EngineName> = Readonly<Record<N, Engine>> & AsyncDisposable;

const recipes: Readonly<Record<EngineName, Recipe>> = {
  mysql: mysqlRecipe(), mariadb: mariadbRecipe, cassandra: cassandraRecipe, elasticsearch: elasticsearchRecipe,
};

/**
 * Makes these engines run, all at once: at the URL given, else the one already running on this
 * data folder, else in podman, else from packages.
 * Disposing of the result stops what it started.
 * @throws PreflightFailed with one finding for every engine that cannot be obtained; the others are stopped again
 */
export async function ensureEngines<N extends EngineName>(names: readonly N[], options: EngineOptions): Promise<Engines<N>> {
  const {
    dataDir, urls = {}, onProgress = () => undefined, signal = new AbortController().signal, packagesDir = defaultPackages,
  } = options;
  const work = { packages: resolve(packagesDir), progress: onProgress, signal };
  const outcomes = await Promise.allSettled(names.map((name) => {
    const url = urls[name];
    return url === undefined ? start(recipes[name], join(resolve(dataDir), name), options, work) : Promise.resolve(elsewhere(name, url));
  }));
  const engines = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  const stop = async () => void (await Promise.all(engines.map((engine) => engine.stop())));
  const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
  if (failures.length > 0) {
    await stop();
    throw combined(failures);
  }
  return { ...(Object.fromEntries(engines.map((engine) => [engine.name, engine])) as Record<N, Engine>), [Symbol.asyncDispose]: stop };
}

/** What became of an engine that ran: stopped, or left to the process that works with it. */
export interface Stopped {
  readonly name: string;
  readonly usedBy: number | null;
}

/** Stops the engines that `keep` left running on this data folder, but not those that another process works with. */
export async function stopEngines(dataDir: string): Promise<readonly Stopped[]> {
  const outcomes = await Promise.all(Object.keys(recipes).map(async (name) => {
    const home = join(resolve(dataDir), name);
    return withLock(home, async () => {
      const running = await readRunning(home);
      if (running === null) return [];
      if (hasOwner(running)) return [{ name, usedBy: running.owner!.pid }];
      await halt(home, running);
      return [{ name, usedBy: null }];
    });
  }));
  return outcomes.flat();
}

function elsewhere(name: EngineName, url: string): Engine {
  const stop = () => Promise.resolve();
  return { name, url, source: "url", pid: null, stop, [Symbol.asyncDispose]: stop };
}

function combined(failures: readonly unknown[]): unknown {
  const findings: Finding[] = [];
  for (const failure of failures) {
    if (!(failure instanceof PreflightFailed)) return failure;
    findings.push(...failure.findings);
  }
  return new PreflightFailed(findings);
}
