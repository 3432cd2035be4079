import { readFileSync } from "node:fs";
import { setTimeout as timer } from "node:timers/promises";

/**
 * A process, distinguished from a later one with the same number: by the kernel's clock at its start (proc(5),
 * `starttime`) and the boot that clock counts from.
 * A number alone may belong to a stranger's process, which must never be killed.
 */
export interface ProcessId {
  readonly pid: number;
  readonly started: string;
}

/** The process that has this number now; null if there is none. */
export function processOf(pid: number): ProcessId | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (state === "Z" || state === "X") return null;
    return { pid, started: `${readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim()}/${fields[18]}` };
  } catch {
    return null;
  }
}

export function isAlive({ pid, started }: ProcessId): boolean {
  return processOf(pid)?.started === started;
}

/** Sends `signal` if the process is still that one. */
export function send(to: ProcessId, signal: NodeJS.Signals): void {
  if (!isAlive(to)) return;
  try {
    process.kill(to.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Asks the process to end, and kills it after `patienceMs`. Resolves when it is gone. */
export async function terminate(it: ProcessId, patienceMs = 30_000): Promise<void> {
  send(it, "SIGTERM");
  send(it, "SIGCONT");
  const deadline = Date.now() + patienceMs;
  while (isAlive(it)) {
    if (Date.now() > deadline) send(it, "SIGKILL");
    await timer(50);
  }
}
