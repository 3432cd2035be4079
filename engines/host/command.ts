import { spawn } from "node:child_process";
import { once } from "node:events";

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly patienceMs?: number;
  /** Called with the process, so that another process can end it when this one is killed. */
  readonly started?: (pid: number) => void;
}

/** A command that could not be run, or that failed; the message ends with the last lines it wrote. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
  /** `missing` is true when there is no such program. */
  constructor(readonly command: string, readonly missing: boolean, reason: string) {
    super(`${command} ${reason}`);
  }
}

/** Runs a command to its end and returns all it wrote. @throws CommandFailed unless it ended with code 0 */
export async function run(command: string, args: readonly string[], options: CommandOptions): Promise<string> {
  const { cwd, env, signal, patienceMs = 240_000, started = () => undefined } = options;
  const limit = AbortSignal.timeout(patienceMs);
  const child = spawn(command, args, {
    ...(cwd === undefined ? {} : { cwd }), env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"], signal: AbortSignal.any([signal, limit]),
  });
  if (child.pid !== undefined) started(child.pid);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => { output += text; });
  try {
    const [code, killedBy] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    if (code === 0) return output;
    throw new CommandFailed(command, false, `ended with ${killedBy ?? `code ${code}`}:\n${lastLines(output, 12)}`);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof CommandFailed) throw error;
    if (limit.aborted) throw new CommandFailed(command, false, `did not end within ${patienceMs / 1000} s:\n${lastLines(output, 12)}`);
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new CommandFailed(command, missing, missing ? "is not on this machine" : `cannot be run: ${String(error)}`);
  }
}

/** The last lines of a log, indented to stand below a message. */
export function lastLines(text: string, count: number): string {
  return text.trimEnd().split("\n").slice(-count).map((line) => `    | ${line}`).join("\n");
}
