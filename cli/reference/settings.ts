import type { Command as Commander, Option } from "commander";
import type { Setting } from "../../runtime/settings.js";
import { type Command, settingsOf } from "../command.js";
import { commands } from "../commands.js";
import { programOf } from "../program.js";
import { dataDir } from "../settings.js";
import { code, type Page, table } from "./markdown.js";

const heads = ["option", "variable", "default", "what it does"];

/** Every option and argument of every command, as `--help` has them. */
export function settingsPage(): Page {
  const sections: string[] = [];
  const program = programOf(commands, (command, added) => sections.push(section(command, added)));
  return {
    file: "settings.md", title: "Settings", about: "every option and environment variable of every command, with its default",
    body: `${rules}\n\n## Every command\n\n${everyCommand(program)}\n\n${sections.join("\n\n")}`,
  };
}

const rules = `An option wins over its environment variable, and a variable over the default. An empty variable counts as not set.
A switch, which has no value as an option, is \`true\` or \`false\` as a variable.

Commands that do not start engines also read the variables that \`sluice up\` and \`sluice start\` left in the data folder
(\`environment.json\`), unless a MySQL or a store is given: a command does not pair one system's MySQL with another's store.

\`SLUICE_LOG\` has no option. It is the level of the log on standard error: \`debug\`, \`info\` (the default), \`warn\` or \`error\`.
With \`debug\` an error is shown with its stack.`;

function everyCommand(program: Commander): string {
  const [some] = program.commands as [Commander];
  const shared = optionsOf(some).filter(isShared);
  return table(heads, shared.map((option) => rowOf(option, option.attributeName() === "dataDir" ? dataDir : undefined)));
}

function section(command: Command, added: Commander): string {
  const settings = settingsOf(command);
  const args = added.createHelp().visibleArguments(added).map((argument) =>
    `Argument ${code(`[${argument.name()}${argument.variadic ? "..." : ""}]`)}: ${argument.description}.`);
  const rows = optionsOf(added).filter((option) => !isShared(option)).map((option) => rowOf(option, settings[option.attributeName()]));
  return [
    `## ${command.name}`, command.description, ...args, rows.length > 0 ? table(heads, rows) : "It has only the options of every command.",
  ].join("\n\n");
}

function optionsOf(command: Commander): readonly Option[] {
  return command.createHelp().visibleOptions(command);
}

function isShared(option: Option): boolean {
  return ["dataDir", "json", "help"].includes(option.attributeName());
}

/** An option of commander's own has no setting. */
function rowOf({ flags, description }: Option, setting: Setting | undefined): readonly string[] {
  if (!setting) return [code(flags), "", "", description];
  const [, text, usual] = /^(.*?)(?: \(default: (.*)\))?$/.exec(setting.description)!;
  return [code(flags), code(setting.env), usual ?? unsaid(setting), `${text}${setting.secret ? "; never shown" : ""}`];
}

/** The default of a setting whose description does not say it. */
function unsaid({ schema }: Setting): string {
  const read = schema.safeParse(undefined);
  if (!read.success) return "must be set";
  return read.data === undefined ? "not set" : read.data === false ? "off" : String(read.data);
}
