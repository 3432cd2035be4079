import { crc32 } from "node:zlib";
import fc from "fast-check";
import { Checksums } from "../../../../../sync/mysql/binlog/events/checksums.js";
import { EventType } from "../../../../../sync/mysql/binlog/events/event-type.js";

const body = fc.uint8Array({ maxLength: 400 }), type = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(EventType.Gtid, EventType.WriteRows) }, fc.constant(EventType.Format),
);
const damage = fc.record({ at: fc.nat(3_000), by: fc.integer({ min: 1, max: 255 }) });

test("of events in one chunk, each is right whose checksum is its own, whatever is damaged and wherever the chunk ends", () => {
  fc.assert(fc.property(fc.constantFrom(0, 5), fc.array(
    fc.tuple(type, body), { minLength: 1, maxLength: 12 },
  ), fc.array(damage, { maxLength: 2 }), fc.nat(500), (gap, bodies, damages, cut) => {
    const { chunk, events } = chunkOf(bodies.map(([of, content]) => eventOf(of, content)), gap, cut);
    for (const { at, by } of damages) if (at < chunk.length) chunk[at]! ^= by;
    const checksums = new Checksums(gap);
    for (const [start, end] of events) expect(checksums.isRight(chunk, start, end)).toBe(
      crc32(chunk.subarray(start, end - 4)) === chunk.readUInt32LE(end - 4),
    );
  }), { numRuns: 1_000 });
});

test("separate chunks do not share what is known of them", () => {
  const checksums = new Checksums(5), event = eventOf(EventType.Gtid, Buffer.alloc(40, 7));
  const [sound, damaged] = [chunkOf([event, event], 5, 0), chunkOf([event, event], 5, 0)];
  damaged.chunk[damaged.events[1]![0] + 30]! ^= 1;
  const answers = ({ chunk, events }: ReturnType<typeof chunkOf>) => events.map(([start, end]) => checksums.isRight(chunk, start, end));
  expect([answers(sound), answers(damaged), answers(sound)]).toEqual([[true, true], [true, false], [true, true]]);
});

/** A head with type and size, the content, and the checksum of both. */
function eventOf(of: EventType, content: Uint8Array): Buffer {
  const event = Buffer.alloc(19 + content.length + 4);
  event[4] = of;
  event.writeUInt32LE(event.length, 9);
  event.set(content, 19);
  event.writeUInt32LE(crc32(event.subarray(0, -4)), event.length - 4);
  return event;
}

/** The events as packets hold them, or one after the other; without the last bytes. */
function chunkOf(events: readonly Buffer[], gap: number, cut: number): { chunk: Buffer; events: [start: number, end: number][] } {
  const places: [number, number][] = [];
  let whole = Buffer.alloc(gap, 0);
  for (const [n, event] of events.entries()) {
    if (n > 0 && gap > 0) whole = Buffer.concat([whole, Buffer.from([event.length + 1, (event.length + 1) >> 8, 0, n, 0])]);
    places.push([whole.length, whole.length + event.length]);
    whole = Buffer.concat([whole, event]);
  }
  const chunk = whole.subarray(0, Math.max(gap + events[0]!.length, whole.length - cut));
  return { chunk, events: places.filter(([, end]) => end <= chunk.length) };
}
