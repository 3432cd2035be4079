import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const main = join(__dirname, "..", "..", "cli", "main.js");

/** Runs `sluice sync`, starts it again whenever it ends unless it must stay down, and runs the other commands beside it. */
export class Keeper implements AsyncDisposable {
  #child: ChildProcess | null = null;
  #wanted = false;
  #keeping: Promise<void> = Promise.resolve();
  #said = "";

  constructor(readonly env: Readonly<Record<string, string>>) {}

  up(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#keeping = this.#keep();
  }

  /** Ends the process. SIGKILL comes without warning. */
  async end(by: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(by);
    await ended;
  }

  async down(): Promise<void> {
    this.#wanted = false;
    await this.end("SIGTERM");
    await this.#keeping;
  }

  /** Runs another command to its end. @throws what it said when it fails */
  async command(...args: readonly string[]): Promise<void> {
    const child = this.#spawn(args);
    let said = "";
    for (const output of [child.stdout!, child.stderr!]) output.on(
      "data", (part: Buffer) => { said = (said + part.toString()).slice(-4_000); },
    );
    const [code] = (await once(child, "close")) as [number | null];
    if (code !== 0) throw new Error(`sluice ${args.join(" ")} ended with code ${code}:\n${said}`);
  }

  /** The last lines of sync. */
  get said(): string {
    return this.#said;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
  }

  async #keep(): Promise<void> {
    while (this.#wanted) {
      const child = (this.#child = this.#spawn(["sync", "--sync-port", "0"]));
      child.stdout!.resume();
      child.stderr!.on("data", (part: Buffer) => { this.#said = (this.#said + part.toString()).slice(-4_000); });
      await once(child, "exit");
      if (this.#wanted) await sleep(300);
    }
  }

  #spawn(args: readonly string[]): ChildProcess {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("SLUICE_"));
    return spawn(
      process.execPath, [main, ...args], { env: { ...Object.fromEntries(inherited), ...this.env }, stdio: ["ignore", "pipe", "pipe"] },
    );
  }
}
