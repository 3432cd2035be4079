import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as timer } from "node:timers/promises";
import { unavailable, type Work } from "../engine.js";
import type { Recipe, Server } from "../recipe.js";
import { halt, type Running, writeRunning } from "../running.js";
import { lastLines } from "./command.js";
import { isAlive, type ProcessId, processOf } from "./process.js";

/** Starts the engine as a process on this machine, from packages that are brought if they are not here yet. */
export async function startFromPackages(recipe: Recipe, home: string, owner: ProcessId | null, work: Work): Promise<Running> {
  const installed = await recipe.fetch(work);
  const server = await recipe.prepare(home, installed, work);
  work.progress(`${recipe.name}: starting`);
  const log = join(home, "log");
  const started = spawnServer(server, home, log);
  const running = { url: server.url, what: started, owner };
  writeRunning(home, running);
  try {
    await untilAnswers(started, server.url, log, recipe, work.signal);
    return running;
  } catch (error) {
    await halt(home, running);
    throw error;
  }
}

/** In a session of its own, so that Ctrl-C in a terminal reaches us first and the server ends when our work is drained. */
function spawnServer({ command, args }: Server, home: string, log: string): ProcessId {
  const output = openSync(log, "w", 0o600);
  const child = spawn(command, args, { cwd: home, detached: true, stdio: ["ignore", output, output] });
  closeSync(output);
  child.once("error", () => undefined);
  child.unref();
  const { pid = 0 } = child;
  return processOf(pid) ?? { pid, started: "ended at once" };
}

async function untilAnswers(server: ProcessId, url: string, log: string, recipe: Recipe, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + recipe.patienceMs;
  while (!(await recipe.answers(url))) {
    const late = Date.now() > deadline;
    if (late || !isAlive(server)) {
      const problem = late ? `does not answer after ${recipe.patienceMs / 1000} s` : "ended while it was starting";
      throw unavailable(recipe.name, `${problem}; the end of ${log}:\n${lastLines(readFileSync(log, "utf8"), 15)}`,
        "see that log; --fresh starts it with new data; or give the URL of a server of your own");
    }
    await timer(100, undefined, { signal });
  }
}
