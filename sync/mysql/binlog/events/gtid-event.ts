import { type Cursor, int32, uint32 } from "../cursor.js";
import type { GtidEvent } from "../event.js";
import { uuidText } from "../gtid.js";
import { readTaggedGtid } from "./gtid-tagged.js";

/**
 * Reads the events that open a transaction. It keeps the text of the last source's UUID, because the next one is nearly always the same.
 */
export class GtidReader {
  #uuidBytes = Buffer.alloc(16, 0xff);
  #prefix = "";

  /** Types 33 (GTID), 34 (anonymous) and 42 (tagged): "GTID_EVENT"; Gtid_event in libbinlogevents/control_events.h. */
  read(type: number, event: Cursor, file: string, offset: number): GtidEvent {
    if (type === 42) return { type: "gtid", ...readTaggedGtid(event), file, offset };
    event.skip(1);
    const prefix = this.#prefixAt(event.bytes, event.skip(16));
    const number = event.u64();
    let original = 0, immediate = 0, transactionLength = 0;
    if (event.left > 0) {
      // Byte 2 says that logical clocks follow; since 8.0 the times of commit come after them.
      if (event.u8() === 2) event.skip(16);
      if (event.left >= 7) {
        const bytes = event.bytes, at = event.skip(7);
        immediate = micros(bytes, at);
        original = immediate;
        // The highest bit says that the commit first happened elsewhere, at another time.
        if (immediate >= 2 ** 55) { immediate -= 2 ** 55; original = micros(bytes, event.skip(7)); }
        if (event.left > 0) transactionLength = event.lengthEncoded();
      }
    }
    return {
      type: "gtid", gtid: type === 34 ? "" : prefix + number, originalCommitTimestamp: original, immediateCommitTimestamp: immediate,
      transactionLength, file, offset,
    };
  }

  #prefixAt(bytes: Buffer, at: number): string {
    const known = this.#uuidBytes;
    for (let n = 0; n < 16; n += 4) {
      if (int32(bytes, at + n) === int32(known, n)) continue;
      this.#uuidBytes = Buffer.from(bytes.subarray(at, at + 16));
      this.#prefix = `${uuidText(bytes.toString("hex", at, at + 16))}:`;
      break;
    }
    return this.#prefix;
  }
}

/** Seven bytes, microseconds. */
function micros(bytes: Buffer, at: number): number {
  return uint32(bytes, at) + (bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16)) * 2 ** 32;
}
