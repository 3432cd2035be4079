/** What stands between an event and the next: the head of a packet, and a zero that says it holds an event. */
export const BETWEEN_EVENTS = 5;

/**
 * Cuts the bytes of a connection into packets ("Protocol Basics: Packets": 3 bytes length, 1 byte sequence, payload; a payload of 2^24-1
 * bytes goes on in the next packet).
 * A packet inside one chunk is not copied. One that goes on in the next chunk is copied, because a chunk's memory is used again.
 * After `push`, each `next() === true` has made `bytes[start, end)` the next whole payload, until the next `next`.
 */
export class Packets {
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  #chunk: Buffer = this.bytes;
  #at = 0;
  /** The beginning of a packet whose end is still to come, and how many bytes it needs at least before a look is worth it. */
  #pieces: Buffer[] = [];
  #have = 0;
  #need = 0;

  push(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  next(): boolean {
    if (this.#pieces.length > 0) return this.#fill();
    const chunk = this.#chunk, at = this.#at;
    const length = packetLength(chunk, at);
    if (at + 4 + length <= chunk.length && length < LONGEST) {
      // A write of the same value would still cost the garbage collector's barrier, for each event.
      if (this.bytes !== chunk) this.bytes = chunk;
      this.start = at + 4;
      this.#at = this.end = at + 4 + length;
      return true;
    }
    this.#pieces = at < chunk.length ? [Buffer.from(chunk.subarray(at))] : [];
    this.#have = chunk.length - at;
    this.#need = 0;
    this.#at = chunk.length;
    return this.#have > 0 && this.#complete();
  }

  #fill(): boolean {
    while (this.#have < this.#need) {
      const take = Math.min(this.#need - this.#have, this.#chunk.length - this.#at);
      if (take === 0) return false;
      this.#pieces.push(Buffer.from(this.#chunk.subarray(this.#at, this.#at + take)));
      this.#at += take;
      this.#have += take;
      if (this.#have === this.#need && this.#complete()) return true;
    }
    return false;
  }

  /** Whether the pieces are a whole packet; if not, `need` says when to ask again. */
  #complete(): boolean {
    const pieces = this.#pieces;
    let at = 0, length: number;
    do {
      if (this.#have < at + 4) return this.#wait(at + 4);
      // Only the headers are read here, so that a packet of 40 MB is put together once and not once per chunk.
      length = packetLength(bytesAt(pieces, at), 0);
      at += 4 + length;
    } while (length === LONGEST);
    if (this.#have < at) return this.#wait(at);
    // Bytes beyond this packet exist only when the pieces are one chunk's rest: give them back.
    this.#at -= this.#have - at;
    this.#pieces = [];
    this.bytes = at > LONGEST ? withoutHeaders(pieces, at) : pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
    this.start = 4;
    this.end = at > LONGEST ? this.bytes.length : at;
    return true;
  }

  #wait(need: number): boolean {
    this.#need = need;
    return this.#fill();
  }
}

const LONGEST = 0xffffff;

function packetLength(bytes: Buffer, at: number): number {
  return at + 4 <= bytes.length ? bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) : LONGEST;
}

/** Reads four bytes at this place of the pieces put end to end. */
function bytesAt(pieces: readonly Buffer[], at: number): Buffer {
  const four = Buffer.alloc(4);
  for (let i = 0, first = 0; i < pieces.length && first < at + 4; first += pieces[i++]!.length)
    for (let n = Math.max(0, at - first); n < pieces[i]!.length && first + n < at + 4; n++) four[first + n - at] = pieces[i]![n]!;
  return four;
}

/** Joins one header (kept) and all payloads of a packet sent in parts, with one copy. */
function withoutHeaders(pieces: readonly Buffer[], end: number): Buffer {
  const parts: Buffer[] = [];
  let first = 0;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length && first + at < end;) {
      const place = (first + at) % (4 + LONGEST), isHeader = place < 4 && first + at >= 4;
      const until = Math.min(at + (isHeader ? 4 : 4 + LONGEST) - place, piece.length, end - first);
      if (!isHeader) parts.push(piece.subarray(at, until));
      at = until;
    }
    first += piece.length;
  }
  return Buffer.concat(parts);
}
