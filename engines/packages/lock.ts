import { createHash } from "node:crypto";
import { createServer, type Server } from "node:net";
import { resolve } from "node:path";
import { setTimeout as timer } from "node:timers/promises";

/**
 * Does `work` while no other process on this machine, nor another part of this one, holds the lock of `path`.
 * The lock is a socket in Linux's abstract namespace (unix(7)): it ends with its holder, so none is ever left behind.
 */
export async function withLock<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const address = `\0sluice-${createHash("sha256").update(resolve(path)).digest("hex").slice(0, 32)}`;
  let lock = await listen(address);
  while (lock === null) {
    await timer(100, undefined, signal === undefined ? {} : { signal });
    lock = await listen(address);
  }
  try {
    return await work();
  } finally {
    lock.close();
  }
}

function listen(address: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error: NodeJS.ErrnoException) => (error.code === "EADDRINUSE" ? resolve(null) : reject(error)));
    server.listen(address, () => resolve(server));
  });
}
