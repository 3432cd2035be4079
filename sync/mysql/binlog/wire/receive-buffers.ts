import { connect, type Socket } from "node:net";
import type { ConnectionOptions } from "mysql2";

/**
 * The memory a connection is read into, used again when what it held was decoded. Otherwise Node makes new memory for each read, which at
 * the speed
 * of a log being caught up with costs more than receiving it, and is left for the collector. Over TLS the plain text comes in Node's own.
 */
export class ReceiveBuffers {
  readonly #free: Buffer[] = [];

  /** A socket that says what it received as any other does, by `data`. Defaults are mysql2's. */
  connect({ host = "localhost", port = 3306, socketPath }: ConnectionOptions): Socket {
    const socket: Socket = connect({
      ...(socketPath ? { path: socketPath } : { host, port, noDelay: true, keepAlive: true }),
      onread: {
        buffer: () => this.#free.pop() ?? Buffer.allocUnsafeSlow(BYTES),
        callback: (length, buffer) => { socket.emit("data", (buffer as Buffer).subarray(0, length)); return true; },
      },
    });
    return socket;
  }

  /** Nobody looks at the chunk any more. */
  release(chunk: Buffer): void {
    if (chunk.buffer.byteLength === BYTES && this.#free.length < KEPT) this.#free.push(Buffer.from(chunk.buffer as ArrayBuffer));
  }
}

/** As much as Node reads at a time. */
const BYTES = 65_536;
/** 4 MiB: what a reader lets wait by default. */
const KEPT = 64;
