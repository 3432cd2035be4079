import { spawn } from "node:child_process";
import { closeSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as timer } from "node:timers/promises";
import { appendPrivately } from "../../runtime/files/private-file.js";
import { unavailable, type Work } from "../engine.js";
import { lastLines } from "../host/command.js";
import { isAlive, type ProcessId, processOf } from "../host/process.js";
import type { Recipe, Server } from "../recipe.js";
import { atExit, halt, type Running, writeRunning } from "../running.js";

/** Starts the engine as a process on this machine, from packages that are fetched if they are missing. */
export async function startFromPackages(recipe: Recipe, home: string, owner: ProcessId | null, work: Work): Promise<Running> {
  const installed = await recipe.fetch(work);
  const server = await recipe.prepare(home, installed, work);
  work.progress(`${recipe.name}: starting`);
  const log = join(home, "log");
  const { id, end } = spawnServer(server, home, log);
  const running = { url: server.url, what: id, owner };
  writeRunning(home, running);
  using _ = atExit(() => running);
  try {
    await untilAnswers(id, end, server.url, log, recipe, work.signal);
    return running;
  } catch (error) {
    await halt(home, running);
    throw error;
  }
}

/** How a server ended, once it has. */
interface End {
  how: string | null;
}

/**
 * Starts the server in a session of its own, so that Ctrl-C in a terminal reaches Sluice first
 * and the server ends when the work is drained.
 */
function spawnServer({ command, args }: Server, home: string, log: string): { readonly id: ProcessId; readonly end: End } {
  const output = appendPrivately(log);
  const child = spawn(command, args, { cwd: home, detached: true, stdio: ["ignore", output, output] });
  closeSync(output);
  const end: End = { how: null };
  child.once("error", (error) => { end.how = error.message; });
  child.once("exit", (code, signal) => { end.how = signal ?? `code ${code}`; });
  child.unref();
  const { pid = 0 } = child;
  return { id: processOf(pid) ?? { pid, started: "ended at once" }, end };
}

async function untilAnswers(server: ProcessId, end: End, url: string, log: string, recipe: Recipe, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + recipe.patienceMs;
  while (!(await recipe.answers(url))) {
    const late = Date.now() > deadline;
    if (late || !isAlive(server)) {
      const problem = late ? `does not answer after ${recipe.patienceMs / 1000} s`
        : `ended while it was starting (${end.how ?? "how is not known"})`;
      throw unavailable(recipe.name, `${problem}; the end of ${log}:\n${lastLines(readFileSync(log, "utf8"), 15)}`,
        "see that log; --fresh starts it with new data; or give the URL of a server of your own");
    }
    await timer(100, undefined, { signal });
  }
}
