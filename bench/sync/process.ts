import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Catalog } from "../../schema/catalog.js";
import { ownCatalog } from "../../schema/meaning/setting.js";
import type { Position } from "../../schema/position.js";
import { openStore } from "../../stores/open.js";
import { openMysqlSource } from "../../sync/mysql/source.js";
import { peakMemoryMb } from "../peak-memory.js";

/** `sluice sync` as it runs in production. Disposing of it sends SIGTERM. */
export interface SyncProcess extends AsyncDisposable {
  /** When its first pipeline began to stream, by `performance.now()`. */
  readonly streamingAt: number;
  /** The most memory it has held so far. */
  rssMb(): number;
}

export async function startSync(mysql: URL, stores: readonly URL[]): Promise<SyncProcess> {
  const main = join(__dirname, "..", "..", "cli", "main.js");
  const child = spawn(process.execPath, [main, "sync", "--sync-port", "0"], {
    env: {
      ...process.env, SLUICE_CATALOG: ownCatalog, SLUICE_MYSQL_URL: mysql.href, SLUICE_STORES: stores.map((url) => url.href).join(","),
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const streamingAt = await streaming(child);
  return {
    streamingAt,
    rssMb: () => peakMemoryMb(child.pid),
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}

function streaming(child: ChildProcess): Promise<number> {
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`sync ended with code ${code}:\n${said.slice(-5).join("\n")}`)));
    createInterface({ input: child.stderr! }).on("line", (line) => {
      said.push(line);
      if (line.includes('"msg":"streaming"')) resolve(performance.now());
    });
  });
}

/** When each store's stored position reached `target`, in the order of the stores, by `performance.now()`. */
export async function reached(mysql: URL, catalog: Catalog, stores: readonly URL[], target: Position): Promise<readonly number[]> {
  await using source = openMysqlSource(mysql, catalog, "bench", new AbortController().signal);
  return Promise.all(stores.map(async (url) => {
    await using store = await openStore(url);
    for (;;) {
      const progress = await store.progress();
      if (progress && source.reached(progress.position, target)) return performance.now();
      await sleep(20);
    }
  }));
}
