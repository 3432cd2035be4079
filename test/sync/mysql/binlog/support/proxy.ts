import { connect, createServer, type Socket } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

/** A way to the source that can be cut and frozen, and that counts. */
export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** Bytes that came from the source. */
  received(): number;
  connections(): number;
  /** The ports at which the source sees its clients, newest last. */
  clientPorts(): readonly number[];
  /** Ends every connection. */
  cut(): void;
  /** From now on nothing passes, but nothing ends either, as in a dead network. New connections pass. */
  freeze(): void;
}

export async function openProxy(port: number, host = "127.0.0.1"): Promise<Proxy> {
  let received = 0;
  const ports: number[] = [];
  let open: { client: Socket; upstream: Socket }[] = [];
  const server = createServer((client) => {
    const upstream = connect(port, host);
    open.push({ client, upstream });
    upstream.once("connect", () => ports.push(upstream.localPort!));
    upstream.on("data", (chunk) => { received += chunk.length; });
    client.on("error", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = (): void => {
    for (const { client, upstream } of open) { client.destroy(); upstream.destroy(); }
    open = [];
  };
  return {
    port: (server.address() as AddressInfo).port,
    received: () => received,
    connections: () => ports.length,
    clientPorts: () => ports,
    cut,
    freeze: () => { for (const { client, upstream } of open) { upstream.unpipe(client); client.unpipe(upstream); upstream.pause(); client
      .pause(); } },
    [Symbol.asyncDispose]: async () => {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
