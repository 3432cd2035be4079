import type { z } from "zod";
import { type Finding, PreflightFailed } from "./findings.js";

/**
 * One thing a user may set, declared once. `mysql` with placeholder `url` is the option `--mysql
 * <url>` and the environment variable in `env`.
 * The option wins over the variable, the variable over the schema's default.
 */
export interface Setting<T = unknown> {
  readonly env: string;
  /** Names the value in `--help`; absent for a switch, whose values are `true` and `false`. */
  readonly placeholder?: string;
  readonly description: string;
  /** Reads the text a user gave; undefined when nothing was given. */
  readonly schema: z.ZodType<T>;
  /** What to do about a bad value, when the schema's own message does not say it. */
  readonly remedy?: string;
  /** Whether the value must never be shown, in messages or logs. */
  readonly secret?: boolean;
}

export type Settings = Readonly<Record<string, Setting>>;
export type Config<S extends Settings> = { readonly [N in keyof S]: S[N] extends Setting<infer T> ? T : never };

/** Reads every setting. @throws PreflightFailed with all bad values at once, and what else was found in the same input */
export function readSettings<S extends Settings>(
  settings: S, options: Readonly<Record<string, string | boolean | undefined>>, env: NodeJS.ProcessEnv, others: readonly Finding[] = [],
): Config<S> {
  const findings: Finding[] = [...others];
  const config: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(settings)) {
    const option = options[name];
    const fromEnv = env[setting.env];
    const given = option !== undefined ? String(option) : fromEnv === "" ? undefined : fromEnv;
    const read = setting.schema.safeParse(given);
    if (read.success) config[name] = read.data;
    else findings.push(findingOf(name, setting, option === undefined ? "env" : "option", given, read.error));
  }
  if (findings.length > 0) throw new PreflightFailed(findings);
  return config as Config<S>;
}

/** Writes `--mysql <url>`, as commander wants it. */
export function optionOf(name: string, setting: Setting): string {
  return setting.placeholder ? `--${kebab(name)} <${setting.placeholder}>` : `--${kebab(name)}`;
}

function findingOf(name: string, setting: Setting, source: "env" | "option", given: string | undefined, error: z.ZodError): Finding {
  const where = source === "option" ? `--${kebab(name)}` : setting.env;
  const shown = given === undefined ? "is not set" : setting.secret ? "its value" : `"${masked(given)}"`;
  const reasons = error.issues.map((issue) => issue.message).join("; ");
  return {
    where,
    problem: given === undefined ? shown : `${shown} is not usable: ${reasons}`,
    remedy: setting.remedy ?? `set --${kebab(name)} or ${setting.env}: ${setting.description}`,
  };
}

/** A URL that cannot be read may hold a password anywhere, so everything between the scheme and the last @ is left out. */
function masked(given: string): string {
  return given.replace(/^([^:]*:)[^]*@/, "$1***@");
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
