import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { extname, join } from "node:path";
import { Retriable, StoreRefusal } from "../../ports.js";
import type { Answer, Reading } from "./find.js";
import type { Reply } from "./reader-process.js";

/** Processes that search the file beside this one, which stays free to answer by key. */
export interface Readers extends AsyncDisposable {
  /** When `signal` aborts, the work ends too. @throws Retriable when too many searches wait, or the process that searched was ended */
  find(reading: Reading, signal: AbortSignal): Promise<readonly Answer[]>;
}

const mostProcesses = 2;
const mostWaiting = 200;
/** How long a process may still work on an answer that is not wanted any more: a new process costs as much. */
const graceMs = 250;

interface Job {
  readonly reading: Reading;
  settle(reply: Reply): void;
  fail(error: unknown): void;
}

/** Starts the processes when there is something to search. */
export function readersOf(file: string): Readers {
  /** Each process, and what it works on. */
  const processes = new Map<ChildProcess, Job | null>();
  const waiting: Job[] = [];
  let isClosed = false;

  const start = (): ChildProcess => {
    const child = fork(join(__dirname, `reader-process${extname(__filename)}`), [file], {
      serialization: "advanced", execArgv: [], stdio: ["ignore", "ignore", "inherit", "ipc"], env: withoutSettings(),
    });
    processes.set(child, null);
    child.on("message", (reply: Reply) => {
      const job = processes.get(child);
      processes.set(child, null);
      job?.settle(reply);
      giveOut();
    });
    // The process could not be started, or is gone: its job may be asked again.
    const gone = (why: unknown) => {
      const job = processes.get(child);
      processes.delete(child);
      child.kill("SIGKILL");
      job?.fail(new Retriable(`searching in ${file}: the process that searched has ended`, why));
      if (!isClosed) giveOut();
    };
    child.on("error", gone);
    child.on("exit", (code, signal) => gone(signal ?? `exit code ${code}`));
    return child;
  };

  const giveOut = (): void => {
    while (waiting.length > 0) {
      const idle = [...processes].find(([, job]) => job === null)?.[0] ?? (processes.size < mostProcesses ? start() : null);
      if (!idle) return;
      const job = waiting.shift()!;
      processes.set(idle, job);
      idle.send(job.reading, (error) => { if (error) idle.kill("SIGKILL"); });
    }
  };

  /** Takes a job back: from the queue, or by killing its process if that does not end the job soon. */
  const withdraw = (job: Job): void => {
    const place = waiting.indexOf(job);
    if (place >= 0) waiting.splice(place, 1);
    for (const [child, own] of processes) {
      if (own === job) setTimeout(() => { if (processes.get(child) === job) child.kill("SIGKILL"); }, graceMs);
    }
  };

  return {
    async find(reading, signal) {
      signal.throwIfAborted();
      if (isClosed) throw new Error(`${file} is closed`);
      if (waiting.length >= mostWaiting) throw new Retriable(`searching in ${file}`, `${mostWaiting} searches are waiting already`);
      let abort = () => {};
      return new Promise<readonly Answer[]>((resolve, reject) => {
        const job: Job = {
          reading, fail: reject, settle: (reply) => ("answers" in reply ? resolve(reply.answers) : reject(failureOf(file, reply))),
        };
        abort = () => {
          withdraw(job);
          reject(signal.reason as Error);
        };
        signal.addEventListener("abort", abort);
        waiting.push(job);
        giveOut();
      }).finally(() => signal.removeEventListener("abort", abort));
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      for (const job of waiting.splice(0)) job.fail(new Error(`${file} was closed`));
      await Promise.all(Array.from(processes.keys(), (child) => {
        child.kill("SIGKILL");
        return child.exitCode === null && child.signalCode === null ? once(child, "exit") : null;
      }));
    },
  };
}

/** The environment without Sluice's settings: a process that only reads has no use for keys and passwords. */
function withoutSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("SLUICE_")));
}

function failureOf(file: string, { failed, message, remedy }: Exclude<Reply, { answers: unknown }>): Error {
  switch (failed) {
    case "retriable": return new Retriable("embedded", message);
    case "refusal": return new StoreRefusal("embedded", message, remedy);
    case "defect": return new Error(`searching in ${file}: ${message}`);
    default: return failed satisfies never;
  }
}
