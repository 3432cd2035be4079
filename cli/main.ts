import "reflect-metadata";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Argument, Command as Commander, CommanderError } from "commander";
import { projectRoot } from "../engines/project.js";
import { type Finding, formatFinding, PreflightFailed } from "../runtime/findings.js";
import { type Config, optionOf, readSettings, type Settings } from "../runtime/settings.js";
import { stopSignal } from "../runtime/stop.js";
import { needsMending } from "../sync/pipeline/failures.js";
import type { Command } from "./command.js";
import { commands } from "./commands.js";
import { openOutput } from "./output.js";
import { dataDir } from "./settings.js";
import { wordsOf } from "./words.js";
import { readEnvironment } from "./workspace/environment.js";

/** A person has to change something first; the message says what. */
const badInput = 2;

// Rows, passwords and tokens stand in what we write, and in what the engines we start write: it is for its owner only, whatever the shell
// says.
process.umask(0o077);
process.exitCode = undefined;
void main(process.argv).then((code) => process.exit(code));

async function main(argv: readonly string[]): Promise<number> {
  let code = 0;
  const program = new Commander("sluice")
    .description("Changes committed in MySQL, queryable, searchable and governed elsewhere: at once and provably.")
    .version(version(), "--version", "print the version")
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(`${text.trimEnd()}\n    remedy: see sluice --help, or sluice <command> --help\n`),
    });
  for (const each of commands) {
    subcommand(program, each).action(async (...args: unknown[]) => {
      const commander = args.at(-1) as Commander;
      code = await run(each, commander.opts(), commander.args, commander);
    });
  }
  try {
    await program.parseAsync([...argv]);
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : badInput;
    throw error;
  }
}

function subcommand(program: Commander, { name, description, settings, words }: Command): Commander {
  // What it does not know is among the words, so that all of it is told at once, with whatever else is wrong.
  const sub = program.command(name).description(description).exitOverride().showHelpAfterError(false).allowUnknownOption()
    .allowExcessArguments();
  if (words) sub.addArgument(argument(words));
  for (const [key, setting] of Object.entries({ ...settings, dataDir })) {
    sub.option(optionOf(key, setting), `${setting.description} [${setting.env}]`);
  }
  return sub.option("--json", "one line of JSON on standard output instead of text");
}

function version(): string {
  return (JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as { readonly version: string }).version;
}

function argument({ name, description, choices, many }: NonNullable<Command["words"]>): Argument {
  return new Argument(many ? `[${name}...]` : `[${name}]`, choices ? `${description}: ${choices.join(", ")}` : description);
}

async function run(
  chosen: Command, options: Readonly<Record<string, string | boolean>>, given: readonly string[], { options: known }: Commander,
): Promise<number> {
  const out = openOutput(options.json === true);
  const signal = stopSignal();
  try {
    const { dataDir: folder } = readSettings({ dataDir }, options, process.env);
    const environment = chosen.startsEngines ? process.env : { ...readEnvironment(folder), ...process.env };
    const { words, findings } = wordsOf(chosen, given, known.map(({ long }) => long!));
    const config = readSettings({ ...chosen.settings, dataDir } as Settings, options, environment, findings) as Config<Settings>;
    return (await chosen.run(config, { out, words, signal })) ?? 0;
  } catch (error) {
    // What was broken off says only that it was.
    return report(signal.aborted && (error as Error).name === "AbortError" ? signal.reason : error, out.json);
  }
}

function findingsText(findings: readonly Finding[]): string {
  const lines = findings.map((finding) => `  ${formatFinding(finding)}\n`);
  return `${lines.length} ${lines.length === 1 ? "problem" : "problems"} to mend:\n${lines.join("")}`;
}

function report(error: unknown, json: boolean): number {
  const findings = error instanceof PreflightFailed ? error.findings : null;
  const message = error instanceof Error ? error.message : String(error);
  if (json) process.stdout.write(`${JSON.stringify(findings ? { findings } : { error: message })}\n`);
  else if (findings) process.stderr.write(findingsText(findings));
  else process.stderr.write(`sluice: ${process.env.SLUICE_LOG === "debug" && error instanceof Error ? error.stack : message}\n`);
  return findings || needsMending(error) ? badInput : 1;
}
