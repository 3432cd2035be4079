import { accessSync, constants, mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { PreflightFailed } from "../findings.js";

/**
 * Makes the folder, and those above it, if they are missing, for their owner only. It does not use Node's `recursive`.
 * That never ends on a file system such as /proc, which makes no folder and says that the name does not exist. @throws PreflightFailed also
 * when this process may not write to the folder
 */
export function makeFolder(path: string): void {
  attempt(path, "this folder cannot be made", () => make(resolve(path)));
  attempt(path, "this folder cannot be written to", () => accessSync(path, constants.W_OK | constants.X_OK));
}

function attempt(path: string, what: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw new PreflightFailed([{
      where: path, problem: `${what}: ${(error as Error).message}`,
      remedy: "name one where this process may write, with --data-dir or in the URL of the store",
    }]);
  }
}

function make(folder: string): void {
  if (isFolder(folder)) return;
  if (dirname(folder) !== folder) make(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process was faster.
    if (!isFolder(folder)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
