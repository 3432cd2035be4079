import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../../runtime/files/folder.js";
import { onThisMachine } from "../../runtime/http/listening.js";
import { appendPrivately } from "../../runtime/files/private-file.js";
import type { Addresses } from "../../runtime/starter.js";
import { withinTime } from "../../runtime/time-limit.js";
import { sleep } from "../../runtime/wait.js";

/** A long-running command of this CLI in a process of its own, as it would run in production. */
export interface Service extends AsyncDisposable {
  readonly name: string;
  /** Where it is reached on this machine. */
  readonly addresses: Addresses;
  /** Resolves when the process has ended, with an error unless we asked for it. */
  readonly ended: Promise<Error | null>;
}

export interface ServiceOptions {
  readonly name: "sync" | "gateway";
  readonly environment: Readonly<Record<string, string>>;
  readonly logDir: string;
}

const [readyWithinMs, stopWithinMs] = [60_000, 12_000];
const mostLogBytes = 16 * 1024 * 1024;

/**
 * Starts the process and waits until it is ready. The process has a session of its own, so that Ctrl-C reaches us first; we end it when
 * our work is drained. It ends by itself when we are killed. @throws when it ends before it is ready, with the end of its log
 */
export async function startService(options: ServiceOptions, signal: AbortSignal): Promise<Service> {
  const { name, environment, logDir } = options;
  makeFolder(logDir);
  const logFile = join(logDir, `${name}.log`);
  const log = openLogFile(logFile);
  const child = spawn(process.execPath, ["--enable-source-maps", join(__dirname, "..", "main.js"), name], {
    env: { ...process.env, ...environment },
    detached: true,
    stdio: ["ignore", log, log, "ipc"],
  });
  closeSync(log);

  let [stopping, addresses] = [false, null as Addresses | null];
  child.on("message", (reported) => { addresses = reported as Addresses; });
  const ended = new Promise<Error | null>((resolve) => {
    child.once("error", resolve);
    child.once("exit", (code, by) => resolve(
      stopping ? null : new Error(`${name} ended by itself (${by ?? `code ${code}`}); the end of ${logFile}:\n${tail(logFile)}`),
    ));
  });
  const stop = async () => {
    stopping = true;
    await end(child, ended);
  };
  try {
    return { name, addresses: await ready(name, () => addresses, ended, signal), ended, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Appends to the log of earlier starts, up to a size: their lines may say why they ended. */
function openLogFile(file: string): number {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > mostLogBytes) renameSync(file, `${file}.old`);
  return appendPrivately(file);
}

async function ready(
  name: string, reported: () => Addresses | null, ended: Promise<Error | null>, signal: AbortSignal,
): Promise<Addresses> {
  const deadline = Date.now() + readyWithinMs;
  let failed: Error | null = null;
  void ended.then((error) => { failed = error; });
  for (let health = "it says nothing of where it listens"; !signal.aborted; await sleep(100, signal)) {
    if (failed) throw failed;
    const addresses = reported();
    if (addresses) {
      const here = { ...addresses, operationsUrl: onThisMachine(addresses.operationsUrl) };
      const answer = await fetch(`${here.operationsUrl}/health`, { signal: AbortSignal.timeout(2_000) }).catch((error: Error) => error);
      if (answer instanceof Response && answer.ok) return here;
      health = `${here.operationsUrl}/health: ${answer instanceof Response ? await answer.text() : answer.message}`;
    }
    if (Date.now() > deadline) throw new Error(`${name} was not ready within ${readyWithinMs / 1000} s; ${health}`);
  }
  throw signal.reason;
}

async function end(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await withinTime(stopWithinMs, ended, () => {
    child.kill("SIGKILL");
    return ended;
  });
}

function tail(file: string): string {
  return readFileSync(file, "utf8").trimEnd().split("\n").slice(-12).map((line) => `    ${line}`).join("\n");
}
