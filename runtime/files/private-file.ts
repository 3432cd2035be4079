import { closeSync, fchmodSync, openSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";

/** The mode of files that only their owner may read, because Sluice writes rows, passwords and tokens. */
export const ownerOnly = 0o600;

/** Writes the file whole or not at all, for its owner only, even over one that others may read. */
export async function writePrivately(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}`;
  await rm(draft, { force: true });
  await writeFile(draft, text, { mode: ownerOnly });
  await rename(draft, file);
}

/** Makes the file for its owner only if it is missing, and leaves an existing one as it is. */
export function makePrivately(file: string): void {
  closeSync(openSync(file, "a", ownerOnly));
}

/** Opens a file to append to. Its content stays, and two processes that write to it do not overwrite each other's lines. */
export function appendPrivately(file: string): number {
  const opened = openSync(file, "a", ownerOnly);
  fchmodSync(opened, ownerOnly);
  return opened;
}
