import { closeSync, fchmodSync, openSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";

/** What only its owner may read: rows, passwords and tokens stand in what we write. */
export const ownerOnly = 0o600;

/** Writes the file whole or not at all, for its owner only, also over one that others may read. */
export async function writePrivately(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}`;
  await rm(draft, { force: true });
  await writeFile(draft, text, { mode: ownerOnly });
  await rename(draft, file);
}

/** Makes the file for its owner only where it is missing, and leaves one that is there as it is. */
export function makePrivately(file: string): void {
  closeSync(openSync(file, "a", ownerOnly));
}

/** Opens a file to append to: what is in it stays, and two processes that write to it do not overwrite each other's lines. */
export function appendPrivately(file: string): number {
  const opened = openSync(file, "a", ownerOnly);
  fchmodSync(opened, ownerOnly);
  return opened;
}
