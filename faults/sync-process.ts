import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../runtime/files/project.js";
import { sleep } from "../runtime/wait.js";

/** How long a process manager waits before it starts an ended process again. */
const restartMs = 300;

/** `sluice sync` as a process of its own. It starts again whenever it ends, as under a process manager. */
export class SyncProcess implements AsyncDisposable {
  readonly #stopped = new AbortController();
  #child: ChildProcess | null = null;
  #keeping: Promise<void> | null = null;
  #wanted = false;
  /** Where the log of the process that runs now begins. */
  #begins = 0;
  /** Exit codes, except those that this class caused. */
  readonly exits: (number | string)[] = [];

  constructor(readonly env: Readonly<Record<string, string>>, readonly log: string) {}

  up(): void {
    this.#wanted = true;
    this.#keeping ??= this.#keep();
  }

  /** Resolves when the process is dead, so that the next step does not find it dying. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  /** Kills the process, and leaves it dead until `up`. */
  async down(): Promise<void> {
    this.#wanted = false;
    await this.kill();
    await this.#keeping;
  }

  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child?.kill("SIGCONT");
  }

  /** Runs a second process at the same time, and kills it after `ms`. */
  async second(ms: number, signal: AbortSignal): Promise<void> {
    const child = this.#spawn(`${this.log}.second`);
    const ended = once(child, "exit");
    await sleep(ms, signal);
    child.kill("SIGKILL");
    await ended;
  }

  /** What the current process has logged. */
  async said(): Promise<string> {
    const log = await readFile(this.log).catch(() => Buffer.of());
    return log.toString("utf8", this.#begins);
  }

  /** Sends SIGTERM, once. Resolves to the exit code and how long the process took (invariant 7). */
  async drain(): Promise<{ readonly code: number | string | null; readonly ms: number }> {
    this.#wanted = false;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return { code: "not running", ms: 0 };
    const began = Date.now();
    child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), 20_000);
    await this.#keeping;
    clearTimeout(late);
    return { code: child.exitCode ?? child.signalCode, ms: Date.now() - began };
  }

  async #keep(): Promise<void> {
    while (this.#wanted) {
      this.#begins = statSync(this.log, { throwIfNoEntry: false })?.size ?? 0;
      const child = (this.#child = this.#spawn(this.log));
      const [code] = (await once(child, "exit")) as [number | null];
      if (code !== null && this.#wanted) {
        this.exits.push(code);
        await sleep(restartMs, this.#stopped.signal);
      }
    }
    this.#child = this.#wanted ? this.#child : null;
    this.#keeping = null;
  }

  /**
   * Each log's processes have a data folder of their own: the second process comes from elsewhere,
   * and its folder must not tell it of the first.
   */
  #spawn(to: string): ChildProcess {
    const log = openSync(to, "a");
    const child = spawn(process.execPath, [
      "--enable-source-maps", join(projectRoot, "dist", "cli", "main.js"), "sync", "--sync-port", "0",
    ], {
      env: { ...process.env, ...this.env, SLUICE_DATA_DIR: `${to}.data` }, stdio: ["ignore", log, log],
    });
    closeSync(log);
    return child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    await this.down();
  }
}
