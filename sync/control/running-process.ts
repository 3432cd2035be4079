import { randomBytes } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Finding, PreflightFailed } from "../../runtime/findings.js";
import { makeFolder } from "../../runtime/files/folder.js";
import { onThisMachine } from "../../runtime/http/listening.js";
import { writePrivately } from "../../runtime/files/private-file.js";

/** How commands on this machine reach the running sync. A data folder serves one sync process at a time. */
export interface RunningProcess {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
}

const fileIn = (dataDir: string) => join(dataDir, "sync.json");

export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/** Finds another process that has announced itself there and still answers. Sync calls this before it listens anywhere. */
export async function folderFindings(dataDir: string): Promise<readonly Finding[]> {
  const other = await readRunningProcess(dataDir).catch(() => null);
  if (!other || other.pid === process.pid || !isAlive(other.pid)) return [];
  const answers = await fetch(`${other.url}/live`, { signal: AbortSignal.timeout(answersWithinMs) }).then(({ ok }) => ok, () => false);
  if (!answers) return [];
  return [{
    where: fileIn(dataDir), problem: `sync process ${other.pid} at ${other.url} runs with this data folder`,
    remedy: "end it, or give this one a folder of its own with --data-dir",
  }];
}

const answersWithinMs = 2_000;

/** Says why no sync of this data folder answers, for an operator who finds it so. */
export async function absence(dataDir: string): Promise<string> {
  const announced = await readRunningProcess(dataDir);
  if (!announced) return `none has announced itself in ${dataDir}, or it has ended`;
  const { pid, url } = announced;
  return isAlive(pid) ? `process ${pid}, which announced itself at ${url}, does not answer there`
    : `process ${pid}, which announced itself at ${url}, was killed`;
}

/** Whether the process lives. If another process has its number now, that one does not answer at this address. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Writes down where this process is, for its owner only, and removes that when disposed of. */
export async function announce(dataDir: string, running: RunningProcess): Promise<AsyncDisposable> {
  const file = fileIn(dataDir);
  makeFolder(dataDir);
  await writePrivately(file, JSON.stringify({ ...running, url: onThisMachine(running.url) }));
  return {
    async [Symbol.asyncDispose]() {
      // It must not remove the file of a process that began meanwhile.
      if ((await readRunningProcess(dataDir))?.token === running.token) await rm(file, { force: true });
    },
  };
}

/** What the last sync process left. Null when none runs and none was killed. @throws PreflightFailed when it cannot be read */
export async function readRunningProcess(dataDir: string): Promise<RunningProcess | null> {
  try {
    return JSON.parse(await readFile(fileIn(dataDir), "utf8")) as RunningProcess;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new PreflightFailed([{
      where: fileIn(dataDir), problem: `cannot be read: ${(error as Error).message}`,
      remedy: "delete it and restart sync, or name another folder with --data-dir",
    }]);
  }
}
