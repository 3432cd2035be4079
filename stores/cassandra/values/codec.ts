import type { Value } from "../../../schema/fields.js";
import { Unheld } from "../../../schema/unheld.js";

/** A value as CQL's binary protocol carries it; null is CQL's null. The driver passes buffers on as they are. */
export type Bytes = Buffer | null;
export type Encode = (value: Value | undefined) => Bytes;
export type Decode = (value: unknown) => Value;

/** Returns what `encode` gives; null for a value that could never have been written, so that no query looks for it. */
export function encodedOrNull<T>(encode: () => T): T | null {
  try {
    return encode();
  } catch (error) {
    if (error instanceof Unheld) return null;
    throw error;
  }
}

/** A version, or any other safe integer, as a CQL bigint. */
export function bigintBytes(n: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  const high = Math.floor(n / 0x1_0000_0000);
  bytes.writeInt32BE(high, 0);
  bytes.writeUInt32BE(n - high * 0x1_0000_0000, 4);
  return bytes;
}
