import { randomBytes } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** How commands on this machine reach the running sync. One data folder is for one sync process at a time. */
export interface Announcement {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
}

const fileIn = (dataDir: string) => join(dataDir, "sync.json");

export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/** Writes it down, for its owner only, until it is disposed of. */
export async function announce(dataDir: string, announcement: Announcement): Promise<AsyncDisposable> {
  const file = fileIn(dataDir);
  await mkdir(dataDir, { recursive: true });
  await rm(file, { force: true });
  // Whoever listens on every address is reached on this machine by loopback.
  const url = announcement.url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:");
  await writeFile(file, JSON.stringify({ ...announcement, url }), { mode: 0o600 });
  return {
    async [Symbol.asyncDispose]() {
      // Not that of a process which began meanwhile.
      if ((await readAnnouncement(dataDir))?.token === announcement.token) await rm(file, { force: true });
    },
  };
}

/** What the last sync process left; null when none runs that was not killed. */
export async function readAnnouncement(dataDir: string): Promise<Announcement | null> {
  try {
    return JSON.parse(await readFile(fileIn(dataDir), "utf8")) as Announcement;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
