import ZongJi from "@vlasky/zongji";
import { readBinlog, readBinlogLines } from "../../sync/mysql/binlog/reader.js";
import { forgetPeakMemory, peakMemoryMb } from "../peak-memory.js";

export type Reader = "ours" | "zongji" | "ours-ndjson" | "zongji-ndjson";

export interface Reading {
  readonly reader: Reader;
  readonly url: string;
  readonly database: string;
  readonly file: string;
  readonly offset: number;
  /** How many rows to expect; the clock stops at the last. */
  readonly rows: number;
}

export interface Measured { readonly rowsPerSecond: number; readonly cpuSeconds: number; readonly rssMb: number }

/** Reads the whole span, with all columns of both images, and reports how fast. This process does nothing else. */
export async function readWith(reading: Reading): Promise<Measured> {
  forgetPeakMemory();
  const cpu = process.cpuUsage(), began = performance.now();
  const seen = await (reading.reader.startsWith("ours") ? readOurs(reading) : readZongji(reading));
  const seconds = (performance.now() - began) / 1000, used = process.cpuUsage(cpu);
  if (seen !== reading.rows) throw new Error(`${reading.reader} gave ${seen} rows, not ${reading.rows}`);
  return { rowsPerSecond: seen / seconds, cpuSeconds: (used.user + used.system) / 1e6, rssMb: peakMemoryMb() };
}

export function connectionOf(url: string): { host: string; port: number; user: string; password: string } {
  const { hostname: host, port, username, password } = new URL(url);
  return { host, port: Number(port || 3306), user: decodeURIComponent(username), password: decodeURIComponent(password) };
}

async function readOurs({ reader, url, database, file, offset, rows }: Reading): Promise<number> {
  const stop = new AbortController(), toText = reader === "ours-ndjson";
  let seen = 0, bytes = 0;
  const options = {
    connection: connectionOf(url), serverId: 900_000 + process.pid, start: { file, offset }, tables: (name: string) => name === database,
  };
  for await (const events of toText ? readBinlogLines(options, stop.signal) : readBinlog(options, stop.signal)) {
    for (const event of events) {
      if (event.type === "rows") seen += event.rows.length;
      else if (event.type === "lines") {
        seen += event.count;
        bytes += event.lines.length;
      }
    }
    if (seen >= rows) stop.abort();
  }
  if (toText && bytes === 0) throw new Error("no text was made");
  return seen;
}

function readZongji({ reader, url, database, file, offset, rows }: Reading): Promise<number> {
  return new Promise((resolve, reject) => {
    const toText = reader === "zongji-ndjson", zongji = new ZongJi(connectionOf(url));
    let seen = 0, bytes = 0;
    zongji.on("error", reject);
    zongji.on("binlog", (event: { getEventName(): string; rows?: unknown[] }) => {
      if (!event.rows) return;
      seen += event.rows.length;
      if (toText) bytes += Buffer.from(`${event.rows.map((row) => JSON.stringify(row)).join("\n")}\n`).length;
      if (seen < rows) return;
      zongji.stop();
      if (toText && bytes === 0) reject(new Error("no text was made"));
      resolve(seen);
    });
    zongji.start({
      serverId: 800_000 + process.pid, filename: file, position: offset, includeSchema: { [database]: true },
      includeEvents: ["rotate", "tablemap", "writerows", "updaterows", "deleterows"],
    });
  });
}
