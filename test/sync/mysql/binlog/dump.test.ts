import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventJson, printEvent } from "../../../../sync/mysql/binlog/dump.js";
import { MalformedEvent } from "../../../../sync/mysql/binlog/errors.js";
import type { BinlogEvent } from "../../../../sync/mysql/binlog/event.js";
import { readBinlogFile } from "../../../../sync/mysql/binlog/file.js";
import { capture } from "./support/capture.js";
import { openSource } from "./support/support.js";

test("events print as mysqlbinlog -v prints them, and as JSON", async () => {
  await using source = await openSource();
  await source.run("CREATE TABLE p (id BIGINT UNSIGNED PRIMARY KEY, `odd``name` VARCHAR(20), b BLOB, n INT)");
  const from = await source.here();
  await source.run("INSERT INTO p VALUES (18446744073709551615, 'it''s', x'00ff', NULL); UPDATE p SET n=1; DELETE FROM p; TRUNCATE p");
  const events = await source.events(from);
  const text = events.map(printEvent).join("\n"), name = `\`${source.database}\`.\`p\``;
  expect(text).toContain(
    `### INSERT INTO ${name}\n### SET\n###   \`id\`=18446744073709551615 /* bigint unsigned */\n###   \`odd\`\`name\`='it\\'s' /* `
      + `varchar */\n###   \`b\`=0x00ff /* text */\n###   \`n\`=NULL /* int */`,
  );
  expect(text).toContain(`### UPDATE ${name}\n### WHERE`);
  expect(text).toContain(`### DELETE FROM ${name}\n### WHERE`);
  expect(text).toMatch(/use `binlog_\w+`;\nTRUNCATE p;/);
  expect(text).toMatch(/# GTID [0-9a-f-]{36}:\d+ committed \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}/);
  const rows = events.filter(({ type }) => type === "rows").map((event) => JSON.parse(eventJson(event)) as Record<string, unknown>);
  expect(rows[0]).toMatchObject({ type: "rows", kind: "insert", table: { database: source.database, table: "p", primaryKey: ["id"] },
    rows: [{ before: null, after: { id: "18446744073709551615", "odd`name": "it's", b: "AP8=", n: null } }] });
});

test("a file is read whole, compressed transactions and those larger than a chunk included", async () => {
  await using source = await openSource();
  await source.run("CREATE TABLE f (id INT PRIMARY KEY, v VARCHAR(1000)); SET SESSION cte_max_recursion_depth=10000");
  const transactions = await capture(source, [
    "INSERT INTO f WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 3000) SELECT i, REPEAT('x', 900) FROM n",
    "SET SESSION binlog_transaction_compression=ON; UPDATE f SET v=CONCAT(id, v); SET SESSION binlog_transaction_compression=OFF",
  ]);
  const folder = await mkdtemp(join(tmpdir(), "sluice-")), path = join(folder, "binlog.000042");
  await writeFile(path, Buffer.concat([Buffer.from("fe62696e", "hex"), formatWithoutChecksum(), ...transactions.flat()]));
  const read: BinlogEvent[] = [];
  for await (const events of readBinlogFile(path, { tables: (database) => database === source.database })) read.push(...events);
  await rm(folder, { recursive: true });
  const rows = read.flatMap((event) => (event.type === "rows" ? event.rows : []));
  expect(rows.length).toBe(6_000);
  expect(rows.at(-1)!.after).toEqual({ id: 3000, v: `3000${"x".repeat(900)}` });
  expect(read.filter(({ type }) => type === "commit").length).toBe(2);
  expect(read[0]).toMatchObject({ type: "format", file: "binlog.000042", serverVersion: "9.0.0-test" });
});

function formatWithoutChecksum(): Buffer {
  const event = Buffer.alloc(19 + 57 + 41 + 5);
  event[4] = 15;
  event.writeUInt32LE(event.length, 9);
  event.writeUInt16LE(4, 19);
  event.write("9.0.0-test", 21);
  event[19 + 56] = 19;
  return event;
}

test("a file that is no binary log is refused", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sluice-"));
  await writeFile(join(folder, "text"), "not a binary log");
  await expect(
    (async () => { for await (const events of readBinlogFile(join(folder, "text"))) void events; })(),
  ).rejects.toThrow(MalformedEvent);
  await rm(folder, { recursive: true });
});
