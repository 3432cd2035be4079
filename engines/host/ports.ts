import { once } from "node:events";
import { createServer } from "node:net";

/** These are below the ports that systems give to outgoing connections, so none of those takes one before its server has started. */
const range = { from: 20_000, to: 32_000 };

/** The ports given out by this process. A server that is still starting does not listen yet, so a try would not show it. */
const given = new Set<number>();

/** Finds `count` different loopback ports that are free at this moment. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let tries = 0; ports.length < count; tries++) {
    if (tries > 1_000) throw new Error(`no free port from ${range.from} to ${range.to} on 127.0.0.1; end what holds them`);
    const port = range.from + Math.floor(Math.random() * (range.to - range.from));
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

/** Whether a loopback port can be listened on at this moment. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  const free = await once(server, "listening").then(() => true, () => false);
  if (free) {
    server.close();
    await once(server, "close");
  }
  return free;
}
