import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PreflightFailed } from "../../runtime/findings.js";
import { makeFolder } from "../../runtime/files/folder.js";
import { writePrivately } from "../../runtime/files/private-file.js";

/**
 * The variables that `up` and `start` leave for later commands: where the engines they started are.
 * `environmentOf` says when they count.
 */
export type Environment = Readonly<Record<string, string>>;

export const environmentFile = (dataDir: string) => join(dataDir, "environment.json");

function readEnvironment(dataDir: string): Environment {
  try {
    return JSON.parse(readFileSync(environmentFile(dataDir), "utf8")) as Environment;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw new PreflightFailed([{
      where: environmentFile(dataDir), problem: `cannot be read: ${(error as Error).message}`,
      remedy: "delete it and run `sluice up` again, or name another folder with --data-dir",
    }]);
  }
}

/**
 * The variables a command reads: those given, and what the file has beside them. An empty variable counts as not given. When the command
 * is given a server or a store of its own, the file's are left out: a command must not pair one system's MySQL with another's store.
 */
export function environmentOf(dataDir: string, given: NodeJS.ProcessEnv, options: Readonly<Record<string, unknown>>): NodeJS.ProcessEnv {
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""));
  const isElsewhere = Boolean(options.mysql ?? options.stores ?? set.SLUICE_MYSQL_URL ?? set.SLUICE_STORES);
  return isElsewhere ? set : { ...readEnvironment(dataDir), ...set };
}

/** Readable by its owner only: the URLs in it hold passwords. */
export async function writeEnvironment(dataDir: string, environment: Environment): Promise<void> {
  makeFolder(dataDir);
  await writePrivately(environmentFile(dataDir), `${JSON.stringify(environment, null, 2)}\n`);
}
