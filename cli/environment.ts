import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The variables that `up` and `start` leave for later commands: where the engines they started are.
 * A variable of the real environment always wins.
 */
export type Environment = Readonly<Record<string, string>>;

const file = (dataDir: string) => join(dataDir, "environment.json");

export function readEnvironment(dataDir: string): Environment {
  try {
    return JSON.parse(readFileSync(file(dataDir), "utf8")) as Environment;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw new Error(`${file(dataDir)} cannot be read (${(error as Error).message}); delete it and run "up" again`);
  }
}

/** Readable by its owner only: the URLs in it hold passwords. */
export function writeEnvironment(dataDir: string, environment: Environment): void {
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(file(dataDir), `${JSON.stringify(environment, null, 2)}\n`, { mode: 0o600 });
}
