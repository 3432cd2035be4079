import "reflect-metadata";
import { type Command as Commander, CommanderError } from "commander";
import { type Finding, formatFinding, PreflightFailed } from "../runtime/findings.js";
import { logLevelFindings } from "../runtime/log.js";
import { type Config, readSettings, type Settings } from "../runtime/settings.js";
import { stopSignal } from "../runtime/stop.js";
import { needsMending } from "../sync/pipeline/failures.js";
import { type Command, settingsOf } from "./command.js";
import { commands } from "./commands.js";
import { exitCode } from "./exit-codes.js";
import { counted, openOutput } from "./output.js";
import { programOf } from "./program.js";
import { dataDir } from "./settings.js";
import { wordsOf } from "./words.js";
import { environmentOf } from "./workspace/environment.js";

// Rows, passwords and tokens stand in what we write, and in what the engines we start write: it is for its owner only, whatever the shell
// says.
process.umask(0o077);
process.exitCode = undefined;
// What reads our output has enough of it, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(exitCode.notWell);
});
void main(process.argv).then((code) => process.exit(code));

async function main(argv: readonly string[]): Promise<number> {
  let code: number = exitCode.done;
  const program = programOf(commands, (chosen, subcommand) => subcommand.action(async (...args: unknown[]) => {
    const commander = args.at(-1) as Commander;
    code = await run(chosen, commander.opts(), commander.args, commander);
  }));
  try {
    await program.parseAsync([...argv]);
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.toMend;
    throw error;
  }
}

async function run(
  chosen: Command, options: Readonly<Record<string, string | boolean>>, given: readonly string[], { options: known }: Commander,
): Promise<number> {
  const out = openOutput(options.json === true);
  const signal = stopSignal();
  try {
    const { dataDir: folder } = readSettings({ dataDir }, options, process.env);
    const environment = chosen.startsEngines ? process.env : environmentOf(folder, process.env, options);
    const { words, findings } = wordsOf(chosen, given, known.map(({ long }) => long!));
    const others = [...logLevelFindings(process.env), ...findings];
    const config = readSettings(settingsOf(chosen), options, environment, others) as Config<Settings>;
    return (await chosen.run(config, { out, words, signal })) ?? exitCode.done;
  } catch (error) {
    // What was broken off says only that it was.
    return report(signal.aborted && (error as Error).name === "AbortError" ? signal.reason : error, out.json);
  }
}

function findingsText(findings: readonly Finding[]): string {
  const lines = findings.map((finding) => `  ${formatFinding(finding)}\n`);
  return `${counted(lines.length, "problem")} to mend:\n${lines.join("")}`;
}

function report(error: unknown, json: boolean): number {
  const findings = error instanceof PreflightFailed ? error.findings : null;
  const message = error instanceof Error ? error.message : String(error);
  if (json) process.stdout.write(`${JSON.stringify(findings ? { findings } : { error: message })}\n`);
  else if (findings) process.stderr.write(findingsText(findings));
  else process.stderr.write(`sluice: ${process.env.SLUICE_LOG === "debug" && error instanceof Error ? error.stack : message}\n`);
  return findings || needsMending(error) ? exitCode.toMend : exitCode.notWell;
}
