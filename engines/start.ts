import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { makeFolder } from "../runtime/files/folder.js";
import { type Engine, unavailable, type Work } from "./engine.js";
import { withLock } from "./packages/lock.js";
import { startFromPackages } from "./packages/start.js";
import { startInContainer } from "./podman/start.js";
import type { Recipe } from "./recipe.js";
import { atExit, endMaker, halt, hasOwner, ourselves, readRunning, type Running, sourceOf, writeRunning } from "./running.js";

/**
 * What becomes of an engine's data and process. Without either option it keeps the data of last time, and its process ends with this one.
 */
export interface Lifetime {
  /** Leaves it running when this process ends, for the next start to find. */
  readonly keep?: boolean | undefined;
  /** Begins with empty data. */
  readonly fresh?: boolean | undefined;
}

/**
 * Makes the engine run on the data in `home`. If an earlier start left one running there and it answers, that one is used.
 * Otherwise it starts a new one, in a container where podman works, else from packages.
 */
export async function start(recipe: Recipe, home: string, lifetime: Lifetime, work: Work): Promise<Engine> {
  if (process.platform !== "linux") throw unavailable(
    recipe.name, "engines are started on Linux only", "give the URL of a server of your own",
  );
  return withLock(home, async () => {
    const began = performance.now();
    const shown = (running: Running) => running.url.replace(/:[^:@/]+@/, ":***@");
    const found = await readRunning(home);
    if (found !== null && !lifetime.fresh && (await recipe.answers(found.url))) {
      work.progress(`${recipe.name}: already running at ${shown(found)}`);
      return hasOwner(found) ? guestOf(recipe, found) : owned(recipe, home, found, lifetime);
    }
    if (found !== null) await replace(recipe, home, found);
    await endMaker(home);
    if (lifetime.fresh) await rm(home, { recursive: true, force: true });
    const first = !existsSync(home);
    makeFolder(home);
    const owner = lifetime.keep ? null : ourselves;
    const running = (await startInContainer(recipe, home, first, owner, work)) ?? (await startFromPackages(recipe, home, owner, work));
    work.progress(`${recipe.name}: ready in ${((performance.now() - began) / 1000).toFixed(1)} s at ${shown(running)}`);
    return owned(recipe, home, running, lifetime);
  }, work.signal);
}

/** Ends what an earlier start left, unless a process works with it. */
async function replace(recipe: Recipe, home: string, found: Running): Promise<void> {
  if (hasOwner(found)) {
    throw unavailable(
      recipe.name, `process ${found.owner?.pid} is using the one in ${home}`, "stop that process first, or use another data folder",
    );
  }
  await halt(home, found);
}

/** An engine that this process stops, or leaves running for the next start. */
function owned(recipe: Recipe, home: string, found: Running, { keep = false }: Lifetime): Engine {
  const running = { ...found, owner: keep ? null : ourselves };
  writeRunning(home, running);
  if (keep) return guestOf(recipe, running);
  const hurried = atExit(() => running);
  let stopping: Promise<void> | null = null;
  // Once it is gone, the end of this process does not concern it any more.
  return engine(recipe, running, () => (stopping ??= withLock(home, () => halt(home, running)).finally(() => hurried[Symbol.dispose]())));
}

const guestOf = (recipe: Recipe, running: Running): Engine => engine(recipe, running, () => Promise.resolve());

function engine({ name }: Recipe, running: Running, stop: () => Promise<void>): Engine {
  const pid = "pid" in running.what ? running.what.pid : null;
  return { name, url: running.url, source: sourceOf(running), pid, stop, [Symbol.asyncDispose]: stop };
}
