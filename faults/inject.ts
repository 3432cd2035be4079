import { connectMysql } from "../runtime/mysql/mysql.js";
import { sleep } from "../runtime/wait.js";
import type { SyncProcess } from "./sync-process.js";
import { wipe } from "./wipe.js";
import type { Transaction } from "./workload/workload.js";
import type { Writer } from "./workload/writer.js";
import type { Fault, StoreName } from "./world/fault.js";
import type { World } from "./world/world.js";

/** What the faults of a history strike. */
export interface Scene {
  readonly world: World;
  readonly sync: SyncProcess;
  readonly writer: Writer;
  /** The store's own address, past the link; it changes when its engine is restarted. */
  readonly address: (store: StoreName) => URL;
  /** Writes that many rows in one transaction. */
  readonly fill: (rows: number) => Promise<void>;
  /** Draws transactions that the ledger does not record. */
  readonly unheard: (count: number) => readonly Transaction[];
  /** Whether every store holds all that is committed, and copies nothing. It may be called only while nothing writes. */
  readonly settled: () => Promise<boolean>;
}

/** Does it, and resolves when it is over and mended. When `signal` aborts, it is over at once. */
export async function inject(fault: Fault, scene: Scene, signal: AbortSignal): Promise<void> {
  const { world, sync, writer, address } = scene;
  switch (fault.kind) {
    case "kill sync": return sync.kill();
    case "freeze sync": return during(fault.ms, () => sync.freeze(), () => sync.thaw(), signal);
    case "second sync": return sync.second(fault.ms, signal);
    case "kill": case "restart":
      await (fault.kind === "kill" ? world.server(fault.engine).kill() : world.server(fault.engine).restart());
      return world.relink();
    case "freeze": {
      const server = world.server(fault.engine);
      return during(fault.ms, () => server.freeze(), () => server.thaw(), signal);
    }
    case "cut": case "slow": case "half-open": case "unanswered": case "overload": case "write timeout": {
      const link = world.link(fault.engine);
      return during(fault.ms, () => link.disturb(fault.kind), () => link.disturb(null), signal);
    }
    case "full disk": return world.disk ? during(fault.ms, () => world.disk!.fill(), () => world.disk!.free(), signal) : undefined;
    case "fail over":
      await writer.alone(async () => {
        await world.pair.failOver();
        writer.close();
      });
      world.relink();
      return world.link("mysql").break();
    case "lose primary":
      await losePrimary(fault.unreplicated, scene, signal);
      world.relink();
      return world.link("mysql").break();
    case "large transaction": return scene.fill(fault.rows);
    case "rotate binary log": {
      await using server = await connectMysql(world.pair.url);
      await server.query("FLUSH BINARY LOGS");
      return;
    }
    case "wipe":
      await sync.down();
      await wipe(address(fault.store));
      return sync.up();
  }
  fault satisfies never;
}

/**
 * No log has rows that a copy read on a server that is then lost. Without synchronous replication such a copy
 * may have to be repeated (docs/operations/steering.md).
 * The same holds for a pipeline that wrote what it had read, and died before it stored how far. So what is lost here was read from the log
 * and stored, or not read at all.
 */
async function losePrimary(unreplicated: number, { world: { pair }, writer, unheard, settled }: Scene, signal: AbortSignal): Promise<void> {
  await pair.together();
  if (unreplicated === 0) return pair.losePrimary();
  await writer.alone(async () => {
    if (await settled()) {
      await pair.part();
      await writer.perform(unheard(unreplicated));
      for (const deadline = Date.now() + storedMs; !(await settled()) && Date.now() < deadline;) signal.throwIfAborted();
    }
    await pair.losePrimary();
    writer.close();
  });
}

const storedMs = 60_000;

async function during(ms: number, begin: () => void | Promise<void>, end: () => void | Promise<void>, signal: AbortSignal): Promise<void> {
  await begin();
  try {
    await sleep(ms, signal);
  } finally {
    await end();
  }
}
