import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Registry } from "prom-client";
import { answerLocally, type LocalRoutes } from "./local-routes.js";
import {
  type Answered, type AskedRequest, type FromThread, operationsThread, type ThreadParts, type ToThread,
} from "./operations-thread.js";

/** What a service shows its operators. */
export interface Operations {
  readonly registry: Registry;
  /** `ok` is readiness: false answers 503. The rest is shown as it is. */
  health(): Promise<{ readonly ok: boolean } & Readonly<Record<string, unknown>>>;
  /** What else programs on this machine can ask or do. */
  readonly local?: LocalRoutes;
}

export interface OperationsServer extends AsyncDisposable {
  readonly url: string;
  /** Aborts, with the reason, when the thread has ended by itself: the service is to end too, for it would go on unwatched. */
  readonly failed: AbortSignal;
}

/** How often the main thread reports that its loop turns, and after what silence it counts as stuck. */
const [tickMs, staleMs] = [200, 2_000];

/**
 * Serves GET /metrics (Prometheus text), /health (readiness, JSON) and /live (liveness) from a thread of its own.
 * /live answers whatever the main thread does; /health is 503 while the main thread's loop has not turned for two seconds.
 */
export async function serveOperations(operations: Operations, host: string, port: number): Promise<OperationsServer> {
  const tick = new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT));
  const come = () => void Atomics.store(tick, 0, process.hrtime.bigint());
  come();
  const ticking = setInterval(come, tickMs).unref();
  const worker = new Worker(`(${operationsThread.toString()})()`, {
    eval: true, name: "operations", workerData: { host, port, tick, staleMs } satisfies ThreadParts,
    resourceLimits: { maxOldGenerationSizeMb: 64 },
  });
  const failed = new AbortController();
  let isStopped = false;
  const stop = async () => {
    isStopped = true;
    clearInterval(ticking);
    await worker.terminate();
  };
  const tooEarly = once(worker, "exit").then(([code]) => {
    throw new Error(`the thread of /metrics, /health and /live ended before it listened: code ${String(code)}`);
  });
  const [first] = await Promise.race([once(worker, "message"), tooEarly]) as [FromThread];
  if (first.kind !== "listening") {
    await stop();
    throw new Error(first.kind === "refused" ? first.message : "the operations thread did not begin to listen");
  }
  const ended = (reason: unknown) => {
    if (!isStopped) failed.abort(new Error(`the thread of /metrics, /health and /live has ended: ${String(reason)}`, { cause: reason }));
  };
  worker.on("error", ended);
  worker.on("exit", (code) => ended(`code ${code}`));
  worker.on("message", (message: FromThread) => {
    if (message.kind !== "asked") return;
    void answer(operations, message.request)
      .catch((error: unknown): Answered => ({
        status: 500, type: "text/plain", body: error instanceof Error ? error.message : String(error),
      }))
      .then((answered) => worker.postMessage({ id: message.id, answer: answered } satisfies ToThread));
  });
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${first.port}`;
  return { url, failed: failed.signal, [Symbol.asyncDispose]: stop };
}

async function answer({ registry, health, local }: Operations, request: AskedRequest): Promise<Answered> {
  switch (request.path) {
    case "/metrics": return { status: 200, type: registry.contentType, body: await registry.metrics() };
    case "/health": {
      const state = await health();
      return { status: state.ok ? 200 : 503, type: "application/json", body: JSON.stringify(state) };
    }
  }
  const reply = local && await answerLocally(local, request);
  if (reply) return { status: reply.status, type: "application/json", body: JSON.stringify(reply.body) };
  return { status: 404, type: "text/plain", body: "here are /metrics, /health and /live\n" };
}
