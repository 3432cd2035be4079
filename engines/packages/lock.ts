import { createHash } from "node:crypto";
import { once } from "node:events";
import { createConnection, createServer, type Server } from "node:net";
import { resolve } from "node:path";
import { setTimeout as timer } from "node:timers/promises";

/**
 * Does `work` while no other process on this machine, nor another part of this one, holds the lock of `path`.
 * The lock is a socket in Linux's abstract namespace (unix(7)). It ends with its holder, so none is ever left behind.
 */
export async function withLock<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const address = addressOf(path);
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

/** Takes the lock of `path` until it is disposed of, or returns the process that has it (null when its number is not known). */
export async function takeLock(path: string): Promise<AsyncDisposable | { readonly holder: number | null }> {
  const lock = await listen(addressOf(path));
  if (lock === null) return { holder: await holderOf(path) };
  // The process may end while it holds it.
  lock.unref();
  return { [Symbol.asyncDispose]: async () => void (await once(lock.close(), "close")) };
}

/** The holder of a lock answers with its number. */
async function holderOf(path: string): Promise<number | null> {
  const socket = createConnection(addressOf(path)).setTimeout(2_000, () => socket.destroy()).setEncoding("utf8");
  const answered = once(socket, "data").then(([text]) => Number(text), () => null);
  const pid = await Promise.race([answered, once(socket, "close").then(() => null, () => null)]);
  socket.destroy();
  return pid;
}

const addressOf = (path: string) => `\0sluice-${createHash("sha256").update(resolve(path)).digest("hex").slice(0, 32)}`;

function listen(address: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.on("error", () => undefined).end(String(process.pid)));
    server.once("error", (error: NodeJS.ErrnoException) => (error.code === "EADDRINUSE" ? resolve(null) : reject(error)));
    server.listen(address, () => resolve(server));
  });
}
