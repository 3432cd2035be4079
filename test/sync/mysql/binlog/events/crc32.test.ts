import { crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { afterZeros, crc32 } from "../../../../../sync/mysql/binlog/events/crc32.js";

test("the checksum is zlib's, of any bytes between any others", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 700 }), fc.nat(9), (bytes, shift) => {
    const padded = Buffer.concat([Buffer.alloc(shift, 0xaa), bytes, Buffer.alloc(3, 0x55)]);
    expect(crc32(padded, shift, shift + bytes.length)).toBe(zlibCrc32(bytes) | 0);
  }));
});

test("what any number of zeros makes of a checksum's state is known without reading them", () => {
  fc.assert(fc.property(fc.integer(), fc.oneof(fc.nat(300), fc.nat(70_000)), (state, count) => {
    expect(afterZeros(state, count)).toBe(~zlibCrc32(Buffer.alloc(count), ~state >>> 0));
  }));
});
