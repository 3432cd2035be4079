import { connectMysql } from "../runtime/mysql.js";
import { pause } from "../runtime/wait.js";
import type { Fault, StoreName } from "./fault.js";
import type { SyncProcess } from "./sync-process.js";
import { wipe } from "./wipe.js";
import type { World } from "./world.js";
import type { Writer } from "./writer.js";

/** What a history's faults are done to. */
export interface Scene {
  readonly world: World;
  readonly sync: SyncProcess;
  readonly writer: Writer;
  /** The store's own address, past the link; another after its engine was restarted. */
  readonly address: (store: StoreName) => URL;
}

/** Does it, and resolves when it is over and mended. When `signal` aborts, it is over at once. */
export async function inject(fault: Fault, { world, sync, writer, address }: Scene, signal: AbortSignal): Promise<void> {
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
    case "cut": case "slow": case "half-open": case "overload": {
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

async function during(ms: number, begin: () => void | Promise<void>, end: () => void | Promise<void>, signal: AbortSignal): Promise<void> {
  await begin();
  try {
    await pause(ms, signal);
  } finally {
    await end();
  }
}
