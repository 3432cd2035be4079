/** How many expanded bytes a decoder must hold; the format asks this of every decoder (RFC 8878, section 3.1.1.1.2). */
export const usualWindow = 8 * 2 ** 20;

/**
 * The window that a zstd frame asks its decoder to hold, in bytes; 0 where no frame begins.
 * Format: RFC 8878, "Frame_Header": a descriptor (bits 6-7 the size of the content's size, 5 single segment, 0-1 the size of the
 * dictionary's id), the window unless it is a single segment, the dictionary's id, the content's size.
 */
export function windowOf(bytes: Buffer): number {
  const frame = Buffer.alloc(longestHeader);
  bytes.copy(frame, 0, 0, longestHeader);
  if (frame.readUInt32LE(0) !== magic) return 0;
  const descriptor = frame[4]!, isSingleSegment = (descriptor & 0x20) !== 0;
  if (!isSingleSegment) {
    const base = 2 ** (10 + (frame[5]! >> 3));
    return base + (base / 8) * (frame[5]! & 7);
  }
  const at = 5 + [0, 1, 2, 4][descriptor & 3]!;
  switch (descriptor >> 6) {
    case 0: return frame[at]!;
    case 1: return frame.readUInt16LE(at) + 256;
    case 2: return frame.readUInt32LE(at);
    default: return frame.readUInt32LE(at) + frame.readUInt32LE(at + 4) * 2 ** 32;
  }
}

const magic = 0xfd2fb528, longestHeader = 18;
