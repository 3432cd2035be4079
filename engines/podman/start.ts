import { createHash } from "node:crypto";
import { setTimeout as timer } from "node:timers/promises";
import { unavailable, type Work } from "../engine.js";
import { CommandFailed, lastLines } from "../host/command.js";
import { keptPorts } from "../host/kept-ports.js";
import { containerIsRunning, containerLog, hasImage, podmanWorks, removeContainer, removeVolume, runContainer } from "../host/podman.js";
import type { ProcessId } from "../host/process.js";
import type { Recipe } from "../recipe.js";
import { atExit, halt, type Running, writeRunning } from "../running.js";

/** Starts the engine in a container. Null when podman does not work or cannot get the image. */
export async function startInContainer(
  recipe: Recipe, home: string, first: boolean, owner: ProcessId | null, work: Work,
): Promise<Running | null> {
  if (!(await podmanWorks(work.signal))) return null;
  const [port = 0] = await keptPorts(recipe.name, home, 1);
  const container = recipe.container(home, port);
  if (!(await hasImage(container.image, work.signal))) {
    work.progress(`${recipe.name}: podman cannot get the image ${container.image}`);
    return null;
  }
  work.progress(`${recipe.name}: starting a container of ${container.image}`);
  // The container is named after its home, so that several homes run side by side.
  const name = `sluice-${recipe.name}-${createHash("sha256").update(home).digest("hex").slice(0, 12)}`;
  const running = { url: container.url, what: { container: name }, owner };
  writeRunning(home, running);
  using _ = atExit(() => running);
  try {
    await removeContainer(name);
    if (first) await removeVolume(name);
    await runContainer(name, container, port, work.signal);
    await untilAnswers(name, container.url, recipe, work.signal);
    return running;
  } catch (error) {
    await halt(home, running);
    if (!(error instanceof CommandFailed)) throw error;
    throw unavailable(recipe.name, `its container cannot be started: ${error.message}`, "give the URL of a server of your own");
  }
}

async function untilAnswers(name: string, url: string, recipe: Recipe, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + recipe.patienceMs;
  while (!(await recipe.answers(url))) {
    if (Date.now() > deadline || !(await containerIsRunning(name))) {
      throw unavailable(
        recipe.name,
        `its container ${name} does not come up; the end of its log:\n${lastLines(await containerLog(name), 15)}`,
        "--fresh starts it with new data; or give the URL of a server of your own",
      );
    }
    await timer(200, undefined, { signal });
  }
}
