import type { Config, Settings } from "../runtime/settings.js";
import type { ExitCode } from "./exit-codes.js";
import type { Output } from "./output.js";
import { dataDir } from "./settings.js";

/** A command of the CLI as data: its options come from its settings. */
export interface Command<S extends Settings = Settings> {
  readonly name: string;
  readonly description: string;
  readonly settings: S;
  /** Reads nothing that an earlier `up` left: it is what starts the engines. */
  readonly startsEngines?: true;
  /** Words after the name; undefined when the command takes none. */
  readonly words?: { readonly name: string; readonly description: string; readonly choices?: readonly string[]; readonly many?: true };
  /** What an exit code says of this command in particular. */
  readonly exitCodes: Readonly<Record<0, string> & Partial<Record<ExitCode, string>>>;
  /** Resolves to the exit code; nothing means 0. */
  run(config: Config<S>, context: CommandContext): Promise<number | void>;
}

export interface CommandContext {
  readonly out: Output;
  readonly words: readonly string[];
  /** Aborts at SIGTERM and SIGINT. */
  readonly signal: AbortSignal;
}

/** Keeps the types of the settings together with `run`. */
export function command<const S extends Settings>(definition: Command<S>): Command {
  return definition as unknown as Command;
}

/** Every setting the command reads. */
export function settingsOf({ settings }: Command): Settings {
  return { ...settings, dataDir };
}
