import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { EngineSource } from "./engine.js";
import { containerIsRunning, removeContainer } from "./host/podman.js";
import { isAlive, type ProcessId, processOf, send, terminate } from "./host/process.js";

/** What is written beside an engine's data while it runs, so that a later start finds it, whatever happened to the earlier one. */
export interface Running {
  readonly url: string;
  readonly what: ProcessId | { readonly container: string };
  /** The process that stops it in the end; null when it stays. */
  readonly owner: ProcessId | null;
}

export const ourselves: ProcessId = processOf(process.pid) ?? { pid: process.pid, started: "unknown" };

/** Reads what runs in this home now, and forgets what a crash left behind. */
export async function readRunning(home: string): Promise<Running | null> {
  const running = written(home);
  if (running === null) return null;
  const alive = "pid" in running.what ? isAlive(running.what) : await containerIsRunning(running.what.container);
  if (!alive) rmSync(fileIn(home), { force: true });
  return alive ? running : null;
}

/** The URL may hold a password, so only the user may read the file. */
export function writeRunning(home: string, running: Running): void {
  writeFileSync(fileIn(home), JSON.stringify(running), { mode: 0o600 });
}

/** Stops what runs in this home and waits until it is gone. */
export async function halt(home: string, { what }: Running): Promise<void> {
  if ("pid" in what) await terminate(what);
  else await removeContainer(what.container);
  // If this one died by itself, another may have been started since.
  if (isDeepStrictEqual(written(home)?.what, what)) rmSync(fileIn(home), { force: true });
}

/**
 * When this process ends in a hurry, as at a second Ctrl-C, the server is asked to end: more cannot be
 * done then. Disposing of the result undoes this.
 */
export function atExit(running: () => Running): Disposable {
  const ask = (): void => {
    const { what } = running();
    if ("pid" in what) send(what, "SIGTERM");
    else spawn("podman", ["rm", "--force", what.container], { detached: true, stdio: "ignore" }).unref();
  };
  process.once("exit", ask);
  return { [Symbol.dispose]: () => void process.off("exit", ask) };
}

/** Whether a living process will stop it, so that this one must not. */
export function hasOwner({ owner }: Running): boolean {
  return owner !== null && isAlive(owner);
}

export const sourceOf = ({ what }: Running): EngineSource => ("pid" in what ? "packages" : "podman");

const makingIn = (home: string) => join(home, "making.json");

/** Writes down the process that makes the data of this home. */
export function noteMaker(home: string, pid: number): void {
  writeFileSync(makingIn(home), JSON.stringify(processOf(pid)), { mode: 0o600 });
}

/** Ends a process that an earlier start, killed while it made the data, left behind: it would never end in a folder that is gone. */
export async function endMaker(home: string): Promise<void> {
  if (!existsSync(makingIn(home))) return;
  const maker = JSON.parse(readFileSync(makingIn(home), "utf8")) as ProcessId | null;
  if (maker) await terminate(maker, 2_000);
  rmSync(makingIn(home), { force: true });
}

const fileIn = (home: string) => join(home, "running.json");

function written(home: string): Running | null {
  try {
    return JSON.parse(readFileSync(fileIn(home), "utf8")) as Running;
  } catch {
    return null;
  }
}
