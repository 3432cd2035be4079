import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Argument, Command as Commander } from "commander";
import { projectRoot } from "../runtime/files/project.js";
import { optionOf } from "../runtime/settings.js";
import { type Command, settingsOf } from "./command.js";

/** The command line as commander reads it and `--help` shows it. `each` is called with every command as it is added. */
export function programOf(commands: readonly Command[], each: (command: Command, added: Commander) => void = () => undefined): Commander {
  const program = new Commander("sluice")
    .description("Changes committed in MySQL, queryable, searchable and governed elsewhere: at once and provably.")
    .version(version(), "--version", "print the version")
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(`${text.trimEnd()}\n    remedy: see sluice --help, or sluice <command> --help\n`),
    });
  for (const command of commands) each(command, subcommand(program, command));
  return program;
}

function subcommand(program: Commander, command: Command): Commander {
  const { name, description, words } = command;
  // What it does not know is among the words, so that all of it is reported at once, with whatever else is wrong.
  const sub = program.command(name).description(description).exitOverride().showHelpAfterError(false).allowUnknownOption()
    .allowExcessArguments();
  if (words) sub.addArgument(argument(words));
  for (const [key, setting] of Object.entries(settingsOf(command))) {
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
