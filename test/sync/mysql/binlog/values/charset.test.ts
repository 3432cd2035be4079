import { charsetOf } from "../../../../../sync/mysql/binlog/values/charset.js";
import { openSource, sourceUrls } from "../support/support.js";

jest.setTimeout(120_000);

describe.each(sourceUrls())("every character set of %s", (_, url) => {
  test("each character of each set comes as SELECT converts it", async () => {
    await using source = await openSource(url);
    await source.run("SET SESSION group_concat_max_len=1000000, sql_mode=''");
    await source.run(source.isMariadb ? "SET SESSION max_recursive_iterations=70000" : "SET SESSION cte_max_recursion_depth=70000");
    const sets = await source.select(
      "SELECT character_set_name, maxlen FROM information_schema.character_sets WHERE character_set_name <> 'binary'",
    );
    const charsets = sets.map(([name]) => String(name)), multiByte = new Set(
      sets.filter(([, longest]) => Number(longest) > 1).map(([name]) => name),
    );
    expect(charsets.length).toBeGreaterThanOrEqual(39);
    const from = await source.here();
    for (const charset of charsets) {
      await source.run(
        `CREATE TABLE ${charset} (id INT PRIMARY KEY, v MEDIUMTEXT CHARACTER SET ${charset}, c VARCHAR(200) CHARACTER SET ${charset})`,
      );
      // What the set can hold of Unicode's first plane, and what its sequences of one, two and three bytes can mean, 256 characters a row.
      if (multiByte.has(charset))
        await source.run(`INSERT IGNORE INTO ${charset} (id, v) WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i
          < 65535),
        c AS (SELECT i, CONVERT(CONVERT(UNHEX(LPAD(HEX(i), 8, '0')) USING utf32) USING ${charset})
        AS v FROM n WHERE i NOT BETWEEN 55296 AND 57343)
        SELECT i DIV 256, GROUP_CONCAT(v ORDER BY i SEPARATOR '') FROM c WHERE i = 63 OR v <> '?' GROUP BY i DIV 256`);
      for (const [first, last, at] of [
        [1, charset === "ascii" ? 127 : 255, 1000], [0x8000, 0xffff, 2000], [0x8fa1a1, 0x8ffefe, 40_000],
      ] as const)
        if (first === 1 || (multiByte.has(charset) && !/^(utf|ucs)/.test(charset)))
          await source.run(`INSERT IGNORE INTO ${charset} (id, v) WITH RECURSIVE n AS (SELECT ${first} AS i UNION ALL SELECT i + 1 FROM n
            WHERE i < ${last}),
          c AS (SELECT i, CONVERT(UNHEX(HEX(i)) USING ${charset}) AS v FROM n)
          SELECT ${at} + i DIV 256 % 256, GROUP_CONCAT(v ORDER BY i SEPARATOR '') FROM c WHERE CHAR_LENGTH(v) = 1 GROUP BY i DIV 256`);
      await source.run(`INSERT IGNORE INTO ${charset} (id, c) VALUES (99999, 'plain ASCII'), (99998, 'é ß я Ω ž 日本 한 中'), (99997, '')`);
    }
    const wrong: string[] = [];
    const streamed = new Map<string, unknown>();
    for (const event of await source.events(from))
      if (event.type === "rows") for (const { after } of event.rows) streamed.set(
        `${event.table.table} ${String(after!.id)}`, after!.v ?? after!.c,
      );
    for (const charset of charsets)
      for (const [id, shown] of await source.select(`SELECT id, HEX(CONVERT(COALESCE(v, c) USING utf8mb4)) FROM ${charset}`)) {
        const text = streamed.get(`${charset} ${String(id)}`) as string | undefined, want = Buffer.from(String(shown), "hex").toString();
        if (text !== want) wrong.push(`${charset} ${String(id)}: ${firstDifference(text ?? "", want)}`);
      }
    expect(wrong).toEqual([]);
  });

  test("each collation is known by its number", async () => {
    await using source = await openSource(url);
    const collations = await source.select(source.isMariadb
      ? "SELECT id, character_set_name FROM information_schema.collation_character_set_applicability WHERE id IS NOT NULL"
      : "SELECT id, character_set_name FROM information_schema.collations");
    expect(collations.length).toBeGreaterThan(200);
    expect(collations.filter(([id, name]) => charsetOf(Number(id)) !== name)).toEqual([]);
  });
});

function firstDifference(text: string, want: string): string {
  const at = [...want].findIndex((_, n) => text[n] !== want[n]);
  return `at ${at} stream ${JSON.stringify(text.slice(at, at + 8))}, SELECT ${JSON.stringify(want.slice(at, at + 8))} (${text.length}, `
    + `${want.length})`;
}
