import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../runtime/folder.js";
import { pause } from "../runtime/wait.js";

/** A long-running command of this CLI in a process of its own, as it would run in production. */
export interface Service extends AsyncDisposable {
  readonly name: string;
  readonly logFile: string;
  /** Resolves when the process has ended, with an error unless we asked for it. */
  readonly ended: Promise<Error | null>;
}

export interface ServiceOptions {
  readonly name: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly logDir: string;
  /** Its /health or another address that answers 200 once it is of use. */
  readonly readyUrl: string;
  readonly readyWithinMs: number;
}

const stopWithinMs = 12_000;

/** Starts the process and waits until it is ready. @throws when it ends before that, with the end of its log. */
export async function startService(options: ServiceOptions, signal: AbortSignal): Promise<Service> {
  makeFolder(options.logDir);
  const logFile = join(options.logDir, `${options.name}.log`);
  const log = openSync(logFile, "w");
  const child = spawn(process.execPath, ["--enable-source-maps", join(__dirname, "main.js"), ...options.args], {
    env: { ...process.env, ...options.environment },
    stdio: ["ignore", log, log],
  });
  closeSync(log);

  let stopping = false;
  const ended = new Promise<Error | null>((resolve) => {
    child.once("error", resolve);
    child.once("exit", (code, by) => resolve(stopping ? null : new Error(`${options.name} ended by itself (${by ?? `code ${code}`}):\n${tail(logFile)}`)));
  });
  const service: Service = {
    name: options.name,
    logFile,
    ended,
    async [Symbol.asyncDispose]() {
      stopping = true;
      await end(child, ended);
    },
  };
  try {
    await ready(options, ended, signal);
  } catch (error) {
    await service[Symbol.asyncDispose]();
    throw error;
  }
  return service;
}

async function ready({ name, readyUrl, readyWithinMs }: ServiceOptions, ended: Promise<Error | null>, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + readyWithinMs;
  let failed: Error | null = null;
  void ended.then((error) => { failed = error; });
  while (!signal.aborted) {
    if (failed) throw failed;
    const answered = await fetch(readyUrl, { signal: AbortSignal.timeout(2000) }).then((r) => r.ok, () => false);
    if (answered) return;
    if (Date.now() > deadline) throw new Error(`${name} was not ready within ${readyWithinMs / 1000} s (${readyUrl} does not answer 200)`);
    await pause(100, signal);
  }
  signal.throwIfAborted();
}

async function end(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), stopWithinMs);
  await ended;
  clearTimeout(late);
}

function tail(file: string): string {
  return readFileSync(file, "utf8").trimEnd().split("\n").slice(-12).map((line) => `    ${line}`).join("\n");
}
