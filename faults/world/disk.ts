import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { CommandFailed, run } from "../../engines/host/command.js";

/** A small disk of its own, which can be full. Null when this process may not mount one. */
export interface Disk extends AsyncDisposable {
  readonly folder: string;
  fill(): Promise<void>;
  free(): Promise<void>;
}

export async function openDisk(folder: string, signal: AbortSignal): Promise<Disk | null> {
  await mkdir(folder, { recursive: true });
  try {
    await run("mount", ["-t", "tmpfs", "-o", "size=256m", "sluice-faults", folder], { signal });
  } catch (error) {
    if (error instanceof CommandFailed) return null;
    throw error;
  }
  const ballast = join(folder, "ballast");
  return {
    folder,
    fill: () => fill(ballast),
    free: () => rm(ballast, { force: true }),
    async [Symbol.asyncDispose]() {
      await run("umount", ["-l", folder], { signal: new AbortController().signal });
    },
  };
}

/** Writes ever smaller pieces, until not even a page fits. */
async function fill(file: string): Promise<void> {
  await using handle = await open(file, "w");
  for (let size = 1 << 24; size >= 4096; size >>= 1) {
    try {
      while (true) await handle.appendFile(Buffer.alloc(size));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
  }
}
