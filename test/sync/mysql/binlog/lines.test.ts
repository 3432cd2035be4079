import type { RowsEvent } from "../../../../sync/mysql/binlog/event.js";
import { readBinlogLines } from "../../../../sync/mysql/binlog/reader.js";
import { openSource } from "./support/support.js";

test("lines of JSON say what the objects say", async () => {
  await using source = await openSource();
  await source.run(`CREATE TABLE t (id BIGINT UNSIGNED PRIMARY KEY,
    \`it's "odd" \\\\ ž\` VARCHAR(50) NOT NULL, v VARCHAR(50), l VARCHAR(9) CHARACTER SET latin1, e ENUM('a"b','it''s') NOT NULL,
    s SET('x"','y') , d DECIMAL(10,2) NOT NULL, d2 DECIMAL(40,10), k DATETIME(6) NOT NULL, m TIME(2), z DATE, b VARBINARY(20), w GEOMETRY,
    j JSON, f DOUBLE, y BIT(9))`);
  const from = await source.here();
  const events = await source.written(`INSERT INTO t VALUES
    (1, 'say "hi" \\\\ \\n \\t end', 'žluť 😀', 'é', 'a"b', 'x",y', -1.50, 123456789012345678901234567890.5, '2024-01-02 03:04:05.678901',
    '-01:02:03.45', '2025-01-01', x'00ff', ST_GeomFromText('POINT(1 2)'), '{"a": [1, "q\\\\"q"]}', 1e100, b'101'),
    (2, '', NULL, NULL, 'it''s', NULL, 0, NULL, '2024-01-02 03:04:05', NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    UPDATE t SET v = 'changed'; DELETE FROM t WHERE id = 2`);
  const stop = new AbortController(), lines: string[] = [];
  for await (const batch of readBinlogLines(source.options(from), stop.signal))
    for (const event of batch) {
      if (event.type !== "lines") continue;
      const made = event.lines.toString().trimEnd().split("\n");
      expect(made.length).toBe(event.count);
      lines.push(...made);
      if (event.kind === "delete") stop.abort();
    }
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(expected(events));
});

/** The objects with bytes in base64 and JSON columns as what they say. */
function expected(events: readonly RowsEvent[]): unknown {
  return JSON.parse(JSON.stringify(events.flatMap(({ rows }) => rows), (key, value: unknown) => {
    if (key === "j" && typeof value === "string") return JSON.parse(value) as unknown;
    const bytes = value as { type?: unknown; data?: number[] } | null;
    return typeof bytes === "object" && bytes?.type === "Buffer" ? Buffer.from(bytes.data!).toString("base64") : value;
  }));
}
