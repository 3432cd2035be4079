import type { Socket } from "node:net";
import type { ReceiveBuffers } from "./receive-buffers.js";
import { ConnectionLost } from "./refusal.js";

export interface ChunkLimits {
  readonly heartbeatMs: number;
  readonly highWaterBytes: number;
}

/**
 * Holds the chunks that the reader has received and not yet taken. Beyond the high water mark the
 * socket is not read, and TCP makes the source wait.
 */
export class Chunks {
  readonly #queue: { readonly chunk: Buffer; readonly at: number }[] = [];
  /** Memory held by the queue: a chunk counts with all the memory it was received into. */
  #bytes = 0;
  #given: Buffer | undefined;
  #paused = false;
  /** What comes from now on may have been sent since then, and waited in the network. */
  #lateSince: number | undefined;
  #added = 0;
  /** When the last chunk given was received, or earlier if it may have waited before, in milliseconds since the epoch. */
  receivedAt = 0;
  #error: Error | undefined;
  #wake: (() => void) | undefined;
  readonly #silence: NodeJS.Timeout;
  #quiet: NodeJS.Timeout | undefined;

  constructor(readonly socket: Socket, readonly buffers: ReceiveBuffers, readonly limits: ChunkLimits) {
    this.#silence = setTimeout(() => this.#silent(), 3 * limits.heartbeatMs);
  }

  add(chunk: Buffer): void {
    this.#queue.push({ chunk, at: this.#lateSince ?? Date.now() });
    this.#added++;
    this.#bytes += chunk.buffer.byteLength;
    this.#silence.refresh();
    if (this.#bytes >= this.limits.highWaterBytes && !this.#paused) {
      this.#paused = true;
      this.#lateSince ??= Date.now();
      this.socket.pause();
    }
    this.#untilNothingWaits();
    this.#wake?.();
  }

  fail(error: Error): void {
    this.#error ??= error;
    clearTimeout(this.#silence);
    clearTimeout(this.#quiet);
    this.#wake?.();
  }

  /** Returns the next chunk, whose bytes stay as they are until the following call. */
  async read(signal: AbortSignal): Promise<Buffer> {
    if (this.#given) this.buffers.release(this.#given);
    this.#given = undefined;
    while (this.#queue.length === 0) {
      signal.throwIfAborted();
      if (this.#error) throw new ConnectionLost(this.#error.message, this.#error);
      await new Promise<void>((resolve) => { this.#wake = resolve; });
      this.#wake = undefined;
    }
    const { chunk, at } = this.#queue.shift()!;
    this.receivedAt = at;
    this.#bytes -= chunk.buffer.byteLength;
    this.#given = chunk;
    if (this.#paused && this.#bytes < this.limits.highWaterBytes / 2) {
      this.#paused = false;
      this.#silence.refresh();
      this.socket.resume();
      this.#untilNothingWaits();
    }
    return chunk;
  }

  /** A source that has nothing to send is quiet for a whole period before it says so; chunks that waited come sooner. */
  #untilNothingWaits(): void {
    clearTimeout(this.#quiet);
    if (this.#lateSince === undefined || this.#paused) return;
    this.#quiet = setTimeout(() => {
      const added = this.#added;
      // If the process was busy for that long, it reads here what came meanwhile.
      setImmediate(() => { if (this.#added === added) this.#lateSince = undefined; });
    }, this.limits.heartbeatMs / 2);
  }

  close(): void {
    this.fail(new Error("closed"));
    this.socket.destroy();
  }

  /** While the reader makes the source wait, the source's silence means nothing. */
  #silent(): void {
    if (this.#paused) { this.#silence.refresh(); return; }
    this.fail(new Error(`no sign of life from the source for ${3 * this.limits.heartbeatMs} ms`));
    this.socket.destroy();
  }
}
