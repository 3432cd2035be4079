import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { ownCatalog } from "../../schema/meaning/setting.js";
import { openStore } from "../../stores/open.js";
import type { Store } from "../../stores/ports.js";
import { peakMemoryMb } from "../peak-memory.js";

export interface Copied {
  /** From the first row to the last, without the time between the kill and the first row of the second process. */
  readonly seconds: number;
  /** The most that either process held. */
  readonly rssMb: number;
  readonly rowsAtKill: number;
}

const begins = "copying tables beside the stream";

/** Syncs into an empty store, kills sync when half of the rows are there, starts it again, and ends once all are. */
export async function copyKilledHalfway(mysql: URL, store: URL, rows: number): Promise<Copied> {
  const first = start(mysql, store);
  const begun = await first.said(begins);
  let rowsAtKill = 0;
  await using reading = await openStore(store);
  for (; rowsAtKill < rows / 2; await sleep(100)) {
    if (first.child.exitCode !== null) throw new Error(`sync ended by itself:\n${first.lines.slice(-5).join("\n")}`);
    rowsAtKill = await copiedRows(reading);
  }
  const rssMb = first.rssMb();
  first.child.kill("SIGKILL");
  const killedAt = performance.now();
  await once(first.child, "exit");
  rowsAtKill = await copiedRows(reading);

  const second = start(mysql, store);
  const again = await second.said(begins);
  const whole = await second.said("every table is copied");
  const held = second.rssMb();
  second.child.kill("SIGTERM");
  const [code] = (await once(second.child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`sync ended with code ${code}:\n${second.lines.slice(-5).join("\n")}`);
  return { seconds: (killedAt - begun + whole - again) / 1000, rssMb: Math.max(rssMb, held), rowsAtKill };
}

interface Running {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
  /** Resolves when sync logged the message, to the time by `performance.now()`. */
  said(message: string): Promise<number>;
  rssMb(): number;
}

function start(mysql: URL, store: URL): Running {
  const main = join(__dirname, "..", "..", "cli", "main.js");
  const child = spawn(process.execPath, [main, "sync", "--sync-port", "0"], {
    env: {
      ...process.env, SLUICE_CATALOG: ownCatalog, SLUICE_MYSQL_URL: mysql.href, SLUICE_STORES: store.href,
      SLUICE_DATA_DIR: join(process.cwd(), ".sluice", "bench"),
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const lines: string[] = [];
  const at = new Map<string, number>();
  let ended = false;
  createInterface({ input: child.stderr! }).on("line", (line) => {
    lines.push(line);
    const message = /"msg":"([^"]*)"/.exec(line)?.[1];
    if (message && !at.has(message)) at.set(message, performance.now());
  }).on("close", () => { ended = true; });
  return {
    child, lines,
    async said(message) {
      for (; !at.has(message); await sleep(20)) if (ended)
        throw new Error(`sync ended before "${message}":\n${lines.slice(-5).join("\n")}`);
      return at.get(message)!;
    },
    rssMb: () => peakMemoryMb(child.pid),
  };
}

/** How many rows of the bench's table are copied, by the store's progress. */
async function copiedRows(store: Store): Promise<number> {
  const copy = (await store.progress())?.copied?.sales_order;
  return typeof copy === "object" ? copy.rows : 0;
}
