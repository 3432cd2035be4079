import { crc32 } from "node:zlib";
import { EventDecoder } from "../../../../../sync/mysql/binlog/decoder.js";
import type { DecodedEvent } from "../../../../../sync/mysql/binlog/event.js";
import { MissingMetadata, SourceIncident, UnsupportedColumn, UnsupportedEvent } from "../../../../../sync/mysql/binlog/errors.js";
import { DomainPosition } from "../../../../../sync/mysql/binlog/events/mariadb.js";
import { GtidSet } from "../../../../../sync/mysql/binlog/gtid.js";

const A = "3e11fa47-71ca-11e1-9e33-c80aa9429562", B = "5e11fa47-71ca-11e1-9e33-c80aa9429562";

function decode(type: number, body: Buffer, flags = 0, tables: (database: string, table: string) => boolean = () => true): DecodedEvent[] {
  const event = Buffer.concat([Buffer.alloc(19), body]), out: DecodedEvent[] = [];
  event[4] = type;
  event.writeUInt32LE(event.length, 9);
  event.writeUInt32LE(1234, 13);
  event.writeUInt16LE(flags, 17);
  new EventDecoder({ file: "binlog.000007", offset: 4 }, 0, tables).decode(event, 0, event.length, out);
  return out;
}

/** A table map of one column of this type, without any optional metadata. */
function minimalTableMap(type: number): Buffer {
  return Buffer.concat([Buffer.alloc(8), Buffer.from("\x02db\0\x01t\0", "latin1"), Buffer.from([1, type, 0, 1])]);
}

test("MINIMAL metadata is refused with the remedy, and only for tables that the reader wants", () => {
  expect(() => decode(19, minimalTableMap(3))).toThrow(MissingMetadata);
  expect(() => decode(19, minimalTableMap(3))).toThrow(/db\.t \(binlog\.000007, 1234\): run SET PERSIST binlog_row_metadata = FULL/);
  expect(decode(19, minimalTableMap(3), 0, () => false)).toEqual([]);
});

test("a table map that comes again is checked like any other event", () => {
  const body = minimalTableMap(3), event = Buffer.concat([Buffer.alloc(19), body, Buffer.alloc(4)]);
  event[4] = 19;
  event.writeUInt32LE(event.length, 9);
  const seal = (damage: number) => {
    const sealed = Buffer.from(event);
    sealed.writeUInt32LE(crc32(sealed.subarray(0, -4)), sealed.length - 4);
    if (damage >= 0) sealed[damage]! ^= 1;
    return sealed;
  };
  for (const damage of [0, 5, 17, 25, 30, event.length - 1]) {
    const decoder = new EventDecoder({ file: "binlog.000007", offset: 4 }, 0, () => false, { hasChecksums: true });
    const decode = (bytes: Buffer) => decoder.decode(bytes, 0, bytes.length, []);
    for (let n = 0; n < 3; n++) decode(seal(-1));
    expect(() => decode(seal(damage))).toThrow("its checksum does not match");
  }
});

test("a compressed transaction whose packet is longer than it says does not take the next event with it", () => {
  const payload = Buffer.from([
    2, 3, 252, 255, 0, 1, 1, 0, 3, 1, 0, 0,
  ]), event = Buffer.concat([Buffer.alloc(19), payload, Buffer.alloc(4)]);
  event[4] = 40;
  event.writeUInt32LE(event.length, 9);
  event.writeUInt32LE(crc32(event.subarray(0, -4)), event.length - 4);
  const bytes = Buffer.concat([event, event]);
  const decoder = new EventDecoder({ file: "binlog.000007", offset: 4 }, 0, () => true, { hasChecksums: true });
  expect([...decoder.expand(bytes, 0, event.length)]).toEqual([]);
  expect(() => [...decoder.expand(bytes, 0, bytes.length)]).toThrow(`an event of ${bytes.length} bytes whose header says ${event.length}`);
});

test("an unknown column type is a named error with its place", () => {
  expect(() => decode(19, minimalTableMap(200))).toThrow(UnsupportedColumn);
  expect(() => decode(19, minimalTableMap(200))).toThrow(/type number 200.*binlog\.000007, 1234/s);
});

test("an unknown event stops the reader, unless its writer says that it may be skipped", () => {
  expect(() => decode(99, Buffer.alloc(5))).toThrow(UnsupportedEvent);
  expect(() => decode(99, Buffer.alloc(5))).toThrow(/of type 99 in binlog\.000007 ending at 1234/);
  expect(decode(99, Buffer.alloc(5), 0x80)).toEqual([]);
});

test("an incident stops the reader with its reason", () => {
  expect(() => decode(26, Buffer.concat([Buffer.from([1, 0, 11]), Buffer.from("LOST_EVENTS")]))).toThrow(SourceIncident);
  expect(() => decode(26, Buffer.concat([Buffer.from([1, 0, 11]), Buffer.from("LOST_EVENTS")]))).toThrow(/LOST_EVENTS/);
});

/** QUERY_EVENT: its head, status variables, default database, text. For a LOAD DATA, thirteen more bytes stand behind the head. */
function query(text: string, status: readonly number[], ofLoad = 0): Buffer {
  const head = Buffer.alloc(13 + ofLoad);
  head[8] = 2;
  head.writeUInt16LE(status.length, 11);
  return Buffer.concat([head, Buffer.from(status), Buffer.from("db\0"), Buffer.from(text, "latin1")]);
}
const [mode, latin1] = [[1, 4, 0, 0x10, 0, 0, 0, 0, 0], [4, 8, 0, 8, 0, 8, 0]];
const names = (...all: readonly string[]) => [12, all.length, ...Buffer.from(all.map((name) => `${name}\0`).join(""))];

test.each([
  ["nothing", [], { charset: "utf8mb4", sqlMode: 0, updatedDatabases: null, statement: "x\ufffd" }],
  [
    "mode, character set, databases", [0, 1, 2, 3, 4, ...mode, 6, 3, 115, 116, 100, ...latin1, ...names("a", "b c")],
    { charset: "latin1", sqlMode: 0x100004, updatedDatabases: ["a", "b c"], statement: "xé" },
  ],
  ["databases that are not named", [...mode, 12, 254], { sqlMode: 0x100004, updatedDatabases: "any" }],
  ["every other of MySQL's", [2, 1, 97, 0, 3, 1, 0, 1, 0, 5, 2, 43, 48, 7, 0, 0, 8, 1, 0, 9, ...Array<number>(8)
    .fill(7), 10, 0, 0, 0, 0, 11, 1, 97, 1, 98, 13, 1, 2, 3, 16, 1, 17,
    ...Array<number>(8).fill(7), 18, 0, 1, 19, 0, 20, 0, ...names("last")], { updatedDatabases: ["last"] }],
  [
    "MariaDB's",
    [128, 1, 2, 3, 129, ...Array<number>(8).fill(1), 130, 2, 0, ...Array<number>(8).fill(1), 130, 0, 0, 131, 1, 8, 0, 8, 0, ...latin1],
    { charset: "latin1" },
  ],
  ["a set with letters in the place of quotes", [4, 10, 0, 10, 0, 10, 0], { charset: "latin1" }],
  ["one that is not known", [...mode, 99, 12, 1, 97, 0], { sqlMode: 0x100004, updatedDatabases: null }],
])("a statement comes with what of its session decides its meaning: %s", (_, status, wanted) => {
  expect(decode(2, query("x\xe9", status))).toMatchObject([{ type: "query", database: "db", ...wanted }, { type: "commit" }]);
  expect(decode(18, query("x\xe9", status, 13))).toMatchObject([{ type: "query", database: "db", ...wanted }, { type: "commit" }]);
});

test("the parts of a file that LOAD DATA sends are skipped", () => {
  for (const type of [17, 9, 11]) expect(decode(type, Buffer.from("somebody's data"))).toEqual([]);
});

test("a GTID set keeps its gaps, sources and tags through text and back", () => {
  const text = `${A}:1-5:7:tag_a:1-3,${B}:9`;
  const set = GtidSet.parse(text.toUpperCase().replace(",", ",\n"));
  expect(set.toString()).toBe(text);
  set.add(A, 6);
  set.addGtid(`${A}:tag_a:4`);
  set.addGtid(`${B}:11`);
  expect(set.toString()).toBe(`${A}:1-7:tag_a:1-4,${B}:9:11`);
  expect(set.has(`${B}:10`)).toBe(false);
  expect(set.has(`${A}:tag_a:2`)).toBe(true);
  expect(set.contains(GtidSet.parse(text))).toBe(true);
  expect(GtidSet.parse(text).contains(set)).toBe(false);
  expect(set.subtract(GtidSet.parse(text)).toString()).toBe(`${A}:6:tag_a:4,${B}:11`);
  expect(GtidSet.parse(`${A}:1-10`).subtract(GtidSet.parse(`${A}:3-4:8`)).toString()).toBe(`${A}:1-2:5-7:9-10`);
  expect(GtidSet.parse("").isEmpty).toBe(true);
  expect(() => GtidSet.parse("not-a-uuid:1")).toThrow(/does not begin with a UUID/);
});

test("a set without tags goes over the wire in the form every server understands", () => {
  const bytes = GtidSet.parse(`${A}:1-5:7`).encode();
  expect(bytes.toString("hex")).toBe(
    `0100000000000000${A.replaceAll("-", "")}0200000000000000` + "01000000000000000600000000000000" + "07000000000000000800000000000000",
  );
});

test("a MariaDB position is the last transaction of each domain", () => {
  const position = DomainPosition.parse("0-1-5, 1-2-9");
  position.addGtid("0-3-6");
  expect(position.toString()).toBe("0-3-6,1-2-9");
});
