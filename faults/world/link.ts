import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { Disturbance, ServerName } from "./fault.js";
import { WriteTimeouts } from "./write-timeouts.js";

const refusal = '{"error":{"type":"es_rejected_execution_exception"},"status":429}';
/** How Elasticsearch says that it has too much to do. */
const overloaded = ["HTTP/1.1 429 Too Many Requests", "X-Elastic-Product: Elasticsearch", "Content-Type: "
  + "application/vnd.elasticsearch+json;compatible-with=9",
  "Connection: close", `Content-Length: ${refusal.length}`, "", refusal].join("\r\n");
const slowMs = 120;
/** Connections that went through these lack something. */
const deaf: readonly Disturbance[] = ["half-open", "unanswered", "write timeout"];

/** A TCP proxy on loopback in front of a server, which can be disturbed. Its own port never changes; the server's may. */
export class Link implements AsyncDisposable {
  readonly #sockets = new Set<Socket>();
  #disturbance: Disturbance | null = null;

  private constructor(readonly server: Server, readonly engine: ServerName, public target: number) {
    server.on("connection", (client) => this.#accept(client));
  }

  static async open(engine: ServerName, target: number): Promise<Link> {
    const server = createServer({ allowHalfOpen: false }).listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Link(server, engine, target);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Changes the disturbance. Connections whose bytes were swallowed do not recover, so they break when it is over. */
  disturb(how: Disturbance | null): void {
    const broken = how === "cut" || (this.#disturbance !== null && deaf.includes(this.#disturbance));
    this.#disturbance = how;
    if (broken) this.break();
    if (how === "half-open") for (const socket of this.#sockets) socket.pause();
  }

  /** Ends every connection without a word. */
  break(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  #accept(client: Socket): void {
    if (this.#disturbance === "cut") return void client.resetAndDestroy();
    const upstream = connect(this.target, "127.0.0.1");
    this.#carry(client, upstream, true);
    this.#carry(upstream, client, false);
  }

  #carry(from: Socket, to: Socket, isRequest: boolean): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    const timeouts = new WriteTimeouts();
    from.on("data", (piece) => {
      const timedOut = isRequest && this.engine === "cassandra" ? timeouts.of(piece) : [];
      if (this.#disturbance === "half-open" || (!isRequest
        && (this.#disturbance === "unanswered" || this.#disturbance === "write timeout"))) return;
      if (this.#disturbance === "write timeout") from.write(Buffer.concat(timedOut));
      if (this.#disturbance === "overload") return void (isRequest && from.end(overloaded));
      from.pause();
      const pass = () => (to.destroyed ? from.destroy() : to.write(piece, () => this.#disturbance === "half-open" || from.resume()));
      if (this.#disturbance === "slow") setTimeout(pass, slowMs);
      else pass();
    });
    from.on("error", () => undefined);
    from.on("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    if (this.#disturbance === "half-open") from.pause();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.close();
    this.break();
  }
}
