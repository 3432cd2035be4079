import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Work } from "../engine.js";
import { withLock } from "./lock.js";

/**
 * The folder `name` among the packages; `fill` fills it if it is missing. It appears whole or not at all.
 * `fill` works under another name, which is then changed. The next run removes what an interrupted one left.
 */
export async function cached(name: string, work: Work, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(work.packages, name);
  if (existsSync(folder)) return folder;
  return withLock(folder, async () => {
    if (existsSync(folder)) return folder;
    const partial = `${folder}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    try {
      await fill(partial);
      await rename(partial, folder);
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
    return folder;
  }, work.signal);
}
