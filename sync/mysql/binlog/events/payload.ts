import { Decompress } from "fzstd";
import { Cursor } from "../cursor.js";
import { MalformedEvent } from "../errors.js";
import { usualWindow, windowOf } from "./zstd-frame.js";

/**
 * Reads the events inside a TRANSACTION_PAYLOAD_EVENT (binlog_transaction_compression), as runs of whole events without checksums.
 * Layout ("Transaction_payload_event"): fields of type, length, value, each length-encoded; 0 ends them, 1 is the payload's size, 2 the
 * compression (0 zstd, 255 none), 3 the size before it.
 * A transaction may be larger than memory, so it is expanded a piece at a time.
 */
export function* readPayload(event: Cursor): Generator<Cursor> {
  let size = 0, compression = 0, expanded = 0;
  for (let field = event.lengthEncoded(); field !== 0; field = event.lengthEncoded()) {
    const value = event.part(event.lengthEncoded());
    if (field === 1) size = value.lengthEncoded();
    else if (field === 2) compression = value.lengthEncoded();
    else if (field === 3) expanded = value.lengthEncoded();
  }
  if (compression !== 0 && compression !== 255) throw new MalformedEvent(`a transaction compressed by the unknown method ${compression}`);
  const payload = event.view(size);
  // zstd allocates the window at once, so a damaged one could take all memory. A sound window is no larger than what it expands to.
  const window = compression === 0 ? windowOf(payload) : 0;
  if (window > Math.max(usualWindow, 2 * expanded))
    throw new MalformedEvent(`a transaction of ${expanded} bytes whose expansion asks for a window of ${window}`);
  const events = new WholeEvents();
  let total = 0;
  for (const piece of compression === 0 ? expand(payload) : [payload]) {
    if ((total += piece.length) > expanded)
      throw new MalformedEvent(`a transaction that expands beyond the ${expanded} bytes it announces`);
    const whole = events.push(piece);
    if (whole) yield whole;
  }
  if (events.rest > 0 || total !== expanded) throw new MalformedEvent("a compressed transaction that is not whole");
}

/** How many compressed bytes are handed over at a time: a block expands to 128 KiB at most and takes three bytes at least. */
const STEP = 1024;

function* expand(compressed: Buffer): Generator<Uint8Array> {
  let blocks: Uint8Array[] = [];
  const stream = new Decompress((block) => { blocks.push(block); });
  for (let at = 0; at < compressed.length; at += STEP) {
    try {
      stream.push(compressed.subarray(at, at + STEP), at + STEP >= compressed.length);
    } catch (error) {
      throw new MalformedEvent(`a transaction that does not expand: ${String((error as Error).message)}`);
    }
    yield* blocks;
    blocks = [];
  }
}

/** Cuts pieces at the borders of events; what is left waits for the next piece. */
class WholeEvents {
  #pieces: Uint8Array[] = [];
  #have = 0;
  /** Bytes until the first event is whole, as far as is known. */
  #need = 19;

  get rest(): number {
    return this.#have;
  }

  push(piece: Uint8Array): Cursor | undefined {
    if (piece.length === 0) return undefined;
    this.#pieces.push(piece);
    this.#have += piece.length;
    if (this.#have < this.#need) return undefined;
    const bytes = Buffer.concat(this.#pieces);
    let end = 0, size = 19;
    while (end + 19 <= bytes.length) {
      size = bytes.readUInt32LE(end + 9);
      if (size < 19) throw new MalformedEvent(`an event of ${size} bytes in a compressed transaction`);
      if (end + size > bytes.length) break;
      end += size;
      size = 19;
    }
    this.#pieces = end < bytes.length ? [bytes.subarray(end)] : [];
    this.#have = bytes.length - end;
    this.#need = size;
    return end > 0 ? new Cursor(bytes, 0, end) : undefined;
  }
}
