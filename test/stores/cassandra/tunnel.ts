import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A port of this process that leads to a server, and can be cut. */
export class Tunnel implements AsyncDisposable {
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  #isHushed = false;
  #port = 0;

  private constructor(private readonly target: URL) {}

  static async to(target: URL): Promise<Tunnel> {
    const tunnel = new Tunnel(target);
    await tunnel.restore();
    return tunnel;
  }

  get url(): URL {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${this.#port}`;
    return url;
  }

  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    const closed = new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Half open: bytes are swallowed and no answer comes, on new connections too. */
  hush(): void {
    this.#isHushed = true;
    for (const socket of this.#sockets) socket.unpipe().resume();
  }

  async restore(): Promise<void> {
    this.#isHushed = false;
    const server = createServer((near) => {
      if (this.#isHushed) return void this.#sockets.add(near.on("error", () => near.destroy()).resume());
      const far = connect(Number(this.target.port), this.target.hostname);
      near.pipe(far).pipe(near);
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on("error", () => socket.destroy()).on("close", () => {
          this.#sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
    });
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cut();
  }
}
