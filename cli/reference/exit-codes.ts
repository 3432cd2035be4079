import { secondSignalCodes } from "../../runtime/stop.js";
import { commands } from "../commands.js";
import { type ExitCode, exitCodeMeanings } from "../exit-codes.js";
import { code, type Page, table } from "./markdown.js";

/** What each exit code means, of any command and of each. */
export function exitCodesPage(): Page {
  const ofCommand = (exitCodes: Partial<Record<ExitCode, string>>) => ([0, 1, 2] as const).map((exit) => exitCodes[exit] ?? "");
  return {
    file: "exit-codes.md", title: "Exit codes", about: "what 0, 1 and 2 mean, for any command and for each",
    body: `## Any command

${table(["code", "meaning"], [
    ...Object.entries(exitCodeMeanings),
    ...Object.entries(secondSignalCodes).map(([signal, exit]) => [String(exit), `A second signal, ${signal}, ended the process at once.`]),
  ])}

## Each command

An empty cell means what the table above says.

${table(["command", "0", "1", "2"], commands.map(({ name, exitCodes }) => [code(name), ...ofCommand(exitCodes)]))}`,
  };
}
