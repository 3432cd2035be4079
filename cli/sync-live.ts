import { runningSync } from "../operate/running-sync.js";
import { sleep } from "../runtime/wait.js";
import { copyingLine } from "./start/live.js";

/** While tables are copied: how far, at what rate, and until about when, as one line of the terminal, until `signal` aborts. */
export async function showCopying(dataDir: string, signal: AbortSignal): Promise<void> {
  const rows = new Map<string, { readonly at: number; readonly rows: number }>();
  let shown = false;
  for (; !signal.aborted; await sleep(1_000, signal)) {
    const pipelines = await runningSync(dataDir).then((sync) => sync?.status()).catch(() => undefined) ?? [];
    const lines = pipelines.flatMap(({ pipeline, copying, rows: now }) => {
      const before = rows.get(pipeline);
      rows.set(pipeline, { at: performance.now(), rows: now ?? 0 });
      if (!copying || !before) return [];
      return [`${pipeline} ${copyingLine(copying, ((now ?? 0) - before.rows) / ((performance.now() - before.at) / 1000))}`];
    });
    if (lines.length > 0 || shown) process.stderr.write(`\r\u001b[2K${lines.join("  |  ")}\r`);
    shown = lines.length > 0;
  }
}
