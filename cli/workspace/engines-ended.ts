import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../../engines/engine.js";
import { lastLines } from "../../engines/host/command.js";
import { isAlive, processOf } from "../../engines/host/process.js";
import { sleep } from "../../runtime/wait.js";

const lookEveryMs = 1_000;

/** Resolves with an error once one of these engines, as far as they are processes of this machine, has ended; null once `signal` aborts. */
export async function enginesEnded(engines: readonly Engine[], folder: string, signal: AbortSignal): Promise<Error | null> {
  const watched = engines.flatMap(({ name, pid }) => {
    const id = pid === null ? null : processOf(pid);
    return id ? [{ name, id }] : [];
  });
  for (; !signal.aborted; await sleep(lookEveryMs, signal)) {
    const gone = watched.find(({ id }) => !isAlive(id));
    if (!gone || signal.aborted) continue;
    const log = join(folder, gone.name, "log");
    return new Error(
      `${gone.name} (process ${gone.id.pid}) ended by itself; its data stays, and the next start goes on with it. The end of `
        + `${log}:\n${lastLines(readFileSync(log, "utf8"), 12)}`,
    );
  }
  return null;
}
