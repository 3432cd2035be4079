import { setTimeout as sleep } from "node:timers/promises";
import ZongJi from "@vlasky/zongji";
import { createConnection } from "mysql2/promise";
import { readBinlog } from "../../sync/mysql/binlog/reader.js";
import { connectionOf } from "./readers.js";

export interface Latency { readonly p50Ms: number; readonly p99Ms: number }

const TRANSACTIONS = 3_000, EVERY_MS = 2;

/**
 * Measures the time from sending the statement to receiving the row, at 500 transactions a second, with both readers following at once.
 * The time of the commit is included, for both alike. The server sends the event before it answers the COMMIT, so a time from that answer
 * on would sometimes be below zero.
 */
export async function measureLatency(url: string, database: string): Promise<Record<"ours" | "zongji", Latency>> {
  const connection = await createConnection({ uri: url, database });
  await connection.query("CREATE TABLE latency (id INT PRIMARY KEY)");
  const [status] = (await connection.query("SHOW BINARY LOG STATUS"))[0] as unknown as { File: string; Position: number }[];
  const sent: number[] = [], arrived = { ours: [] as number[], zongji: [] as number[] }, stop = new AbortController();
  const options = {
    connection: connectionOf(url), serverId: 700_000 + process.pid, tables: (name: string) => name === database,
    start: { file: status!.File, offset: status!.Position },
  };
  const reading = (async () => {
    for await (const events of readBinlog(options, stop.signal))
      for (const event of events) if (event.type === "rows")
        for (const { after } of event.rows) arrived.ours[Number(after!.id)] = performance.now();
  })();
  const zongji = new ZongJi(connectionOf(url));
  zongji.on("binlog", (event) => { for (const row of (event as { rows?: unknown[] }).rows
    ?? []) arrived.zongji[(row as { id: number }).id] = performance.now(); });
  zongji.start({
    serverId: 600_000 + process.pid, filename: status!.File, position: status!.Position, includeSchema: { [database]: true },
    includeEvents: ["rotate", "tablemap", "writerows"],
  });
  await sleep(500);
  const began = performance.now();
  for (let id = 0; id < TRANSACTIONS; id++) {
    const wait = began + id * EVERY_MS - performance.now();
    if (wait > 1) await sleep(wait);
    sent[id] = performance.now();
    await connection.query(`INSERT INTO latency VALUES (${id})`);
  }
  while (arrived.ours.length < TRANSACTIONS || arrived.zongji.length < TRANSACTIONS) await sleep(10);
  stop.abort();
  zongji.stop();
  await reading;
  await connection.end();
  const of = (times: number[]): Latency => {
    // The first transactions warm the machine up.
    const ms = times.map((time, id) => time - sent[id]!).slice(500).sort((a, b) => a - b);
    return { p50Ms: ms[ms.length >> 1]!, p99Ms: ms[Math.floor(ms.length * 0.99)]! };
  };
  return { ours: of(arrived.ours), zongji: of(arrived.zongji) };
}
