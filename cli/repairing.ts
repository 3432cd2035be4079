import { join, resolve } from "node:path";
import { makeFolder } from "../runtime/folder.js";
import { sleep } from "../runtime/wait.js";
import { totesys } from "../schema/totesys/catalog.js";
import type { Sink, Store } from "../stores/ports.js";
import type { Repairer } from "../sync/verify/comparing/repairer.js";
import { runningSync } from "./running-sync.js";

/** A pipeline that follows an idle source stores its progress once a second. */
const stillMs = 3_000;

/** Opens every store that was ever written to for writing too; the audit file is in the data folder, and so is how to reach sync. */
export async function openRepairers(
  urls: readonly URL[], stores: readonly Store[], dataDir: string, signal: AbortSignal,
): Promise<AsyncDisposable & { readonly repairers: ReadonlyMap<Store, Repairer> }> {
  const { openSink } = await import("../stores/open.js");
  makeFolder(dataDir);
  const auditFile = resolve(join(dataDir, "audit.jsonl"));
  const repairers = new Map<Store, Repairer>();
  const close = async () => void (await Promise.all([...repairers.values()].map(({ sink }) => sink[Symbol.asyncDispose]())));
  try {
    for (const [i, store] of stores.entries()) {
      // Opening a store to write makes it.
      if (!(await store.progress())) continue;
      const sink = await openSink(urls[i]!, totesys);
      repairers.set(store, { sink, auditFile, atRest: (work) => atRest(sink, dataDir, work, signal) });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { repairers, [Symbol.asyncDispose]: close };
}

/** Pauses the pipeline of the sync that runs on this machine, if it does, and makes sure that none writes from elsewhere. */
async function atRest(sink: Sink, dataDir: string, work: () => Promise<void>, signal: AbortSignal): Promise<boolean> {
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
