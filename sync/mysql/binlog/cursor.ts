import { MalformedEvent } from "./errors.js";

/** Reads the small events field by field. A read outside the event is a `MalformedEvent`. Rows have generated readers of their own. */
export class Cursor {
  constructor(readonly bytes: Buffer, public at: number, readonly end: number) {}

  get left(): number {
    return this.end - this.at;
  }

  /** Steps over n bytes and returns where they began. */
  skip(n: number): number {
    const from = this.at;
    if (n < 0 || n > this.end - from) throw new MalformedEvent(`a field of ${n} bytes where ${this.end - from} are left`);
    this.at = from + n;
    return from;
  }

  u8(): number {
    return this.bytes[this.skip(1)]!;
  }

  u16(): number {
    const at = this.skip(2);
    return this.bytes[at]! | (this.bytes[at + 1]! << 8);
  }

  u32(): number {
    return uint32(this.bytes, this.skip(4));
  }

  u48(): number {
    const at = this.skip(6), low = uint32(this.bytes, at), high = this.bytes[at + 4]! | (this.bytes[at + 5]! << 8);
    return high === 0 ? low : low + high * 2 ** 32;
  }

  /** Reads 64 bits, of which at most 53 may be used; more is malformed. */
  u64(): number {
    const low = this.u32(), high = this.u32(), value = high === 0 ? low : low + high * 2 ** 32;
    if (!Number.isSafeInteger(value)) throw new MalformedEvent(`the number ${value} where a count or a time belongs`);
    return value;
  }

  /** Reads a length-encoded integer of the client/server protocol. */
  lengthEncoded(): number {
    const first = this.u8();
    if (first < 251) return first;
    if (first === 252) return this.u16();
    if (first === 253) return this.bytes.readUIntLE(this.skip(3), 3);
    if (first === 254) return this.u64();
    throw new MalformedEvent(`the byte ${first} where a length belongs`);
  }

  /** Returns a view of the next n bytes. */
  view(n: number): Buffer {
    const from = this.skip(n);
    return this.bytes.subarray(from, from + n);
  }

  utf8(n: number): string {
    return this.view(n).toString("utf8");
  }

  /** Returns a cursor of its own over the next n bytes. */
  part(n: number): Cursor {
    const from = this.skip(n);
    return new Cursor(this.bytes, from, from + n);
  }
}

export function uint32(bytes: Buffer, at: number): number {
  return int32(bytes, at) >>> 0;
}

export function int32(bytes: Buffer, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
