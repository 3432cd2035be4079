import { join, resolve } from "node:path";
import { makeFolder } from "../runtime/files/folder.js";
import { sleep } from "../runtime/wait.js";
import type { Catalog } from "../schema/catalog.js";
import type { NamedStore } from "../stores/named.js";
import type { Store, TableSink } from "../stores/ports.js";
import type { Repairer } from "../sync/verify/comparing/repairer.js";
import { runningSync } from "./running-sync.js";

/** A pipeline that follows an idle source stores its progress once a second. */
const stillMs = 3_000;

/** Opens every store that sync has prepared for writing too. The data folder holds the audit file and says where sync runs. */
export async function openRepairers(
  named: readonly NamedStore[], stores: readonly Store[], catalog: Catalog, dataDir: string, signal: AbortSignal,
): Promise<AsyncDisposable & { readonly repairers: ReadonlyMap<Store, Repairer> }> {
  const [{ openSink }, { handWriter }] = await Promise.all([
    import("../stores/open.js"), import("../sync/writing/hand-writer.js"),
  ]);
  makeFolder(dataDir);
  const auditFile = resolve(join(dataDir, "audit.jsonl"));
  const sinks: TableSink[] = [];
  const repairers = new Map<Store, Repairer>();
  const close = async () => void (await Promise.all(sinks.map((sink) => sink[Symbol.asyncDispose]())));
  try {
    for (const [i, store] of stores.entries()) {
      // Opening a store for writing would create its tables.
      if (!(await store.progress())) continue;
      const sink = await openSink(named[i]!.url, named[i]!.name);
      sinks.push(sink);
      const writer = await handWriter(sink, catalog);
      repairers.set(store, { sink, writer, auditFile, atRest: (work) => atRest(sink, dataDir, work, signal) });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { repairers, [Symbol.asyncDispose]: close };
}

/** Runs `work` while nothing else writes: pauses the pipeline of a sync on this machine, and finds out whether one elsewhere writes. */
async function atRest(sink: TableSink, dataDir: string, work: () => Promise<void>, signal: AbortSignal): Promise<boolean> {
  const sync = await runningSync(dataDir);
  const pipeline = (await sync?.status())?.find((each) => each.pipeline === sink.name);
  const paused = pipeline && pipeline.state !== "paused" && pipeline.state !== "drained" ? await sync!.ask(sink.name, "pause") : null;
  try {
    if (paused && !paused.done) return false;
    const before = JSON.stringify(await sink.progress());
    await sleep(stillMs, signal);
    signal.throwIfAborted();
    if (JSON.stringify(await sink.progress()) !== before) return false;
    await work();
    return true;
  } finally {
    if (paused) await sync!.ask(sink.name, "resume");
  }
}
