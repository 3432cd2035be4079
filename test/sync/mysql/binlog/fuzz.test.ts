import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { Packets } from "../../../../sync/mysql/binlog/wire/packets.js";
import { capture } from "./support/capture.js";
import { damage, generator, judge, kindOf, outcome, shown, taking } from "./support/damage.js";
import { openSource, sourceUrls } from "./support/support.js";

jest.setTimeout(3_600_000);

/** More for a long run. */
const INPUTS = Number(process.env.SLUICE_FUZZ_INPUTS ?? 6_000);
const SEED = Number(process.env.SLUICE_FUZZ_SEED ?? 20261121);

/** The memory and time that an input may take. */
const mostBytes = 64 * 2 ** 20, mostMs = 2_000;

const COMMON = [
  `CREATE TABLE t (id BIGINT UNSIGNED PRIMARY KEY AUTO_INCREMENT, a TINYINT, d DECIMAL(20,6), d2 DECIMAL(65,30), f FLOAT, g DOUBLE,
    k DATETIME(6), l TIMESTAMP(3) NULL, m TIME(2), n CHAR(5) CHARACTER SET latin1,
    o VARCHAR(300), p TEXT, q BLOB, r BINARY(4), s ENUM('a,b','c'), u SET('x','y'), v BIT(60), w GEOMETRY, x VARCHAR(20) CHARACTER SET sjis,
    y YEAR, z DATE, j JSON)`,
  `INSERT INTO t VALUES (NULL, -1, 1.5, -2.25, 1.5, 2.5, '2024-01-02 03:04:05.678901', '2024-01-02 03:04:05.678', '-12:34:56.78', 'é',
    'žluť', REPEAT('t', 400), x'0001', 'ab', 'c', 'x,y', 5,
    ST_GeomFromText('POINT(1 2)'), '日本', 2024, '2024-02-29', '{"a":[1,2.5,{"b":"text","c":null}],"big":123456789012345,"s":"x"}'), (NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '[]')`,
  "UPDATE t SET a=5, o='longer than before', j='[1,2,3]'",
  "DELETE FROM t",
  "XA START 'g'; INSERT INTO t(id) VALUES (9); XA END 'g'; XA PREPARE 'g'; XA COMMIT 'g'",
];
const MYSQL = [
  "INSERT INTO t(id, j) VALUES (50, '{\"a\":[1,2,3],\"b\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}'); SET SESSION "
    + "binlog_row_value_options='PARTIAL_JSON'; UPDATE t SET j=JSON_SET(j, '$.a[1]', 5, '$.c', 1); SET SESSION binlog_row_value_options=''",
  "SET SESSION binlog_transaction_compression=ON; UPDATE t SET p=REPEAT('z', 5000), a=a+1; SET SESSION binlog_transaction_compression=OFF",
  "SET gtid_next='AUTOMATIC:tag'; INSERT INTO t(id) VALUES (70); SET gtid_next='AUTOMATIC'",
  "SET SESSION binlog_row_image='MINIMAL'; UPDATE t SET a=9; SET SESSION binlog_row_image='FULL'",
  "SET SESSION binlog_rows_query_log_events=ON; DELETE FROM t; SET SESSION binlog_rows_query_log_events=OFF",
];
const MARIADB = [
  "SET GLOBAL log_bin_compress=1; SET GLOBAL log_bin_compress_min_len=10",
  "INSERT INTO t(id, p) VALUES (60, REPEAT('a', 500)); UPDATE t SET p='b'; DELETE FROM t", "SET GLOBAL log_bin_compress=0",
];

describe.each(sourceUrls())("damaged events of %s", (_, url) => {
  test("end in an event or a named error with its place: never a hang, a crash, or a read outside the event", async () => {
    await using source = await openSource(url);
    const corpus = await capture(source, [...COMMON, ...(source.isMariadb ? MARIADB : MYSQL)]);
    expect(corpus.length).toBeGreaterThan(8);
    for (const events of corpus) expect(outcome(events, source.isMariadb, 0)).toBeInstanceOf(Array);
    const random = generator(SEED), all = corpus.flat();
    let refused = 0;
    for (let n = 0; n < INPUTS; n++) {
      const events = [...corpus[random(corpus.length)]!], at = random(events.length);
      events[at] = damage(events[at]!, all, random);
      const { result, bytes, milliseconds } = taking(() => judge(events, source.isMariadb));
      const wrong = result.wrong ?? (bytes > mostBytes ? `it took ${bytes} bytes`
        : milliseconds > mostMs ? `it took ${milliseconds} ms` : undefined);
      if (wrong) throw new Error(`input ${n} of seed ${SEED}: ${wrong}; to keep it in inputs/:\n${shown(events, source.isMariadb)}`);
      if (result.refusal) refused++;
    }
    expect(refused).toBeGreaterThan(INPUTS / 10);
  });
});

const kept = join(__dirname, "inputs");

test.each(readdirSync(kept))("the kept input %s ends as it did", (name) => {
  const [kind, server, ...events] = readFileSync(join(kept, name), "utf8").trimEnd().split("\n");
  const { result, bytes, milliseconds } = taking(() => judge(events.map((event) => Buffer.from(event, "hex")), server === "mariadb"));
  expect(result.wrong).toBeUndefined();
  expect(kindOf(result.refusal)).toBe(kind);
  expect(bytes).toBeLessThan(mostBytes);
  expect(milliseconds).toBeLessThan(mostMs);
});

test("however the bytes of a connection are cut, the packets are the same", () => {
  fc.assert(fc.property(fc.array(
    fc.uint8Array({ maxLength: 40 }), { maxLength: 20 },
  ), fc.infiniteStream(fc.integer({ min: 1, max: 30 })), (payloads, sizes) => {
    const bytes = Buffer.concat(payloads.map(packet)), packets = new Packets(), found: string[] = [];
    for (let at = 0; at < bytes.length;) {
      const size = sizes.next().value as number;
      packets.push(bytes.subarray(at, at + size));
      at += size;
      while (packets.next()) found.push(packets.bytes.toString("hex", packets.start, packets.end));
    }
    expect(found).toEqual(payloads.map((payload) => Buffer.from(payload).toString("hex")));
  }));
});

test.each([0, 1, 5])("a payload of 2^24 - 1 bytes and %i more comes as one packet", (more) => {
  const payload = Buffer.alloc(0xffffff + more, "abc"), packets = new Packets();
  const bytes = Buffer.concat([packet(payload.subarray(0, 0xffffff)), packet(payload.subarray(0xffffff)), packet(Buffer.from("next"))]);
  for (const size of [65_536, bytes.length]) {
    const found: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      packets.push(bytes.subarray(at, at + size));
      while (packets.next()) found.push(packets.bytes.subarray(packets.start, packets.end));
    }
    expect(found.map((each) => each.length)).toEqual([payload.length, 4]);
    expect(found[0]!.equals(payload)).toBe(true);
  }
});

function packet(payload: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUIntLE(payload.length, 0, 3);
  return Buffer.concat([head, payload]);
}
