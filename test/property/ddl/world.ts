import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RowDataPacket } from "mysql2";
import type { Connection } from "mysql2/promise";
import { pino } from "pino";
import { newState } from "../../support/new-state.js";
import type { Engine } from "../../../engines/engine.js";
import type { Flags } from "../../../engines/mysql/flags.js";
import { connectMysql, serverUrl } from "../../../runtime/mysql/mysql.js";
import { isWhole } from "../../../schema/position.js";
import { openSink, openStore } from "../../../stores/open.js";
import { openMysqlSource } from "../../../sync/mysql/source.js";
import { runPipeline } from "../../../sync/pipeline/pipeline.js";
import { resnapshot } from "../../../sync/progress/resnapshot.js";
import type { PipelineState } from "../../../sync/state/state.js";
import { formatDifference } from "../../../sync/verify/report/report.js";
import { verify } from "../../../sync/verify/verify.js";
import { startMysql } from "../../support/mysql-server.js";
import { pipelineParts } from "../../support/pipeline-parts.js";
import { followed } from "./tables.js";

export const [database, other] = ["ddl", "beside"];
const never = new AbortController().signal;

/** A MySQL server of the test's own. */
export interface World extends AsyncDisposable {
  readonly db: Connection;
  readonly url: URL;
  readonly folder: string;
}

export async function openWorld(flags: Flags = {}): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-ddl-"));
  const server: Engine = await startMysql({
    dataDir: join(folder, "mysql"), fresh: true, flags: { "log-bin-trust-function-creators": "ON", ...flags },
  });
  const db = await connectMysql(serverUrl(new URL(server.url)));
  return {
    db, folder, url: new URL(`/${database}`, server.url),
    async [Symbol.asyncDispose]() {
      await db.end();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The state of a pipeline once it has nothing more to do. */
export type Standing = { readonly kind: "current" } | { readonly kind: "absent"; readonly what: string }
  | { readonly kind: "stopped"; readonly error: Error };

/** One store kept equal to the server's followed tables. */
export class Following implements AsyncDisposable {
  state: PipelineState = newState("none");
  /** What the log said of tables that are copied again. */
  readonly reasons: string[] = [];
  readonly #log = pino({ level: "warn" }, { write: (line: string) => void this.reasons.push(...(line.match(/"reason":"[^\n]*/) ?? [])) });
  #stop = new AbortController();
  #running: Promise<Error | null> = Promise.resolve(null);
  #ended: Error | null | undefined;

  constructor(readonly world: World, readonly store: URL) {}

  start(): void {
    this.#stop = new AbortController();
    this.#ended = undefined;
    this.state = newState(this.store.protocol);
    this.#running = this.#run(this.#stop.signal).then(() => null, (error: Error) => error);
    void this.#running.then((ended) => { this.#ended = ended; });
  }

  async #run(stop: AbortSignal): Promise<void> {
    await using source = openMysqlSource(this.world.url, followed, `ddl ${this.store.href}`, stop);
    await using sink = await openSink(this.store);
    await runPipeline(pipelineParts({
      source, sink, catalog: followed, limits: { pace: { busyMs: 20, idleMs: 200 } }, state: this.state, log: this.#log,
    }), stop, never);
  }

  /** Resolves when everything committed by now is in the store, or can never get there. */
  async settled(): Promise<Standing> {
    await using source = openMysqlSource(this.world.url, followed, "ddl head", never);
    const head = await source.head();
    for (;;) {
      if (this.#ended) return { kind: "stopped", error: this.#ended };
      const { position, waitsFor, phase } = this.state.now;
      if (position && source.reached(position, head)) {
        if (waitsFor && !(await this.#isThere())) return { kind: "absent", what: waitsFor };
        await using store = await openStore(this.store);
        const progress = await store.progress();
        if (phase === "streaming" && progress && isWhole(progress) && source.reached(progress.position, head)) return { kind: "current" };
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** A missing table may have been made again meanwhile, and the pipeline must still see that. */
  async #isThere(): Promise<boolean> {
    const [[found]] = await this.world.db.query<RowDataPacket[]>(
      "SELECT COUNT(*) AS tables FROM information_schema.tables WHERE TABLE_SCHEMA = ? AND TABLE_NAME IN (?)",
      [database, followed.entities.map(({ table }) => table)],
    );
    return Number(found!.tables) === followed.entities.length;
  }

  /** How the store differs from the server. */
  async differences(): Promise<readonly string[]> {
    await using source = openMysqlSource(this.world.url, followed, "ddl verify", never);
    await using store = await openStore(this.store);
    return (await verify({ source, stores: [store], catalog: followed, waitMs: 30_000 }, never)).differences.map(formatDifference);
  }

  /** With the pipeline stopped: what `sluice resnapshot --store` does. */
  async resnapshot(): Promise<void> {
    await using source = openMysqlSource(this.world.url, followed, "ddl resnapshot", never);
    await using sink = await openSink(this.store);
    await resnapshot(source, sink, followed, []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}
