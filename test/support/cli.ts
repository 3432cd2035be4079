import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { projectRoot } from "../../runtime/files/project.js";

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts a command of the built CLI as a user would, without this process's own Sluice settings. */
export function startCli(args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningCli {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("SLUICE_"));
  const child = spawn(process.execPath, ["--enable-source-maps", join(projectRoot, "dist", "cli", "main.js"), ...args], {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) child[name].setEncoding("utf8").on("data", (text: string) => { texts[name] += text; });
  const ended = once(child, "close").then(([code, signal]) => ({
    code: code as number | null, signal: signal as NodeJS.Signals | null, ...texts,
  }));
  return { process: child, ended };
}

export function runCli(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return startCli(args, env).ended;
}
