import { connect, type Socket } from "node:net";
import type { ConnectionOptions } from "mysql2";

/**
 * The memory that a connection is read into. It is used again when what it held was decoded.
 * Otherwise Node makes new memory for each read. When the reader catches up, that costs more than receiving the
 * log, and leaves work for the garbage collector.
 * Over TLS the plain text comes in Node's own memory.
 */
export class ReceiveBuffers {
  readonly #free: Buffer[] = [];

  /** Opens a socket that emits `data` as any other does. Its defaults are mysql2's. */
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

  /** Takes the chunk's memory back, once the reader is done with it. */
  release(chunk: Buffer): void {
    if (chunk.buffer.byteLength === BYTES && this.#free.length < KEPT) this.#free.push(Buffer.from(chunk.buffer as ArrayBuffer));
  }
}

/** As much as Node reads at a time. */
const BYTES = 65_536;
/** 4 MiB, the amount that a reader lets wait by default. */
const KEPT = 64;
