import { crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { crc32, KnownTail } from "../../../../sync/mysql/binlog/crc32.js";

test("the checksum is zlib's, of any bytes between any others", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 700 }), fc.nat(9), (bytes, shift) => {
    const padded = Buffer.concat([Buffer.alloc(shift, 0xaa), bytes, Buffer.alloc(3, 0x55)]);
    expect(crc32(padded, shift, shift + bytes.length)).toBe(zlibCrc32(bytes) | 0);
  }));
});

test("the checksum of a head and a known tail is that of both together", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 4 }), fc.uint8Array({ maxLength: 300 }), (heads, tail) => {
    const known = new KnownTail(Buffer.from(tail));
    for (const head of heads) expect(known.crc32After(zlibCrc32(head) | 0)).toBe(zlibCrc32(Buffer.concat([head, tail])) | 0);
  }));
});
