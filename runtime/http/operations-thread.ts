import type { IncomingHttpHeaders, ServerResponse } from "node:http";

/** A request as the main thread gets it. */
export interface AskedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly remoteAddress: string | undefined;
  readonly localAddress: string | undefined;
}

export interface Answered {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export type FromThread =
  | { readonly kind: "listening"; readonly port: number }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "asked"; readonly id: number; readonly request: AskedRequest };

export interface ToThread {
  readonly id: number;
  readonly answer: Answered;
}

export interface ThreadParts {
  readonly host: string;
  readonly port: number;
  /** When the main thread's event loop last turned, by the monotonic clock in nanoseconds. */
  readonly tick: BigInt64Array;
  readonly staleMs: number;
}

/**
 * The server of /metrics, /health and /live, on a thread of its own, so that it answers also while the main thread is busy.
 * It answers /live itself, and passes the others to the main thread, unless the loop there has not turned for too long.
 * The thread gets this function as text, so the function uses nothing from outside itself.
 */
export function operationsThread(): void {
  const { createServer } = process.getBuiltinModule("node:http");
  const { parentPort, workerData } = process.getBuiltinModule("node:worker_threads");
  const { host, port, tick, staleMs } = workerData as ThreadParts;
  const tell = (message: FromThread) => parentPort!.postMessage(message);
  const maxWaiting = 200;
  const waiting = new Map<number, ServerResponse>();
  let ids = 0;

  const server = createServer({
    requestTimeout: 10_000, headersTimeout: 5_000, connectionsCheckingInterval: 1_000,
  }, (request, response) => {
    let path: string;
    try {
      path = new URL(request.url ?? "/", "http://local").pathname;
    } catch {
      return send(response, { status: 400, type: "text/plain", body: "the path cannot be read\n" });
    }
    if (path === "/live") return send(response, { status: 200, type: "application/json", body: '{"ok":true}' });
    const late = lateMs();
    if (late > staleMs || waiting.size >= maxWaiting) return send(response, busy(late));
    const id = ++ids;
    waiting.set(id, response);
    response.once("close", () => waiting.delete(id));
    const { method = "GET", headers, rawHeaders, socket: { remoteAddress, localAddress } } = request;
    tell({ kind: "asked", id, request: { method, path, headers, rawHeaders, remoteAddress, localAddress } });
  });
  server.maxConnections = 500;
  server.once("error", (error) => tell({ kind: "refused", message: error.message }));
  server.listen(port, host, () => tell({ kind: "listening", port: (server.address() as { port: number }).port }));

  parentPort!.on("message", ({ id, answer }: ToThread) => {
    const response = waiting.get(id);
    if (response) send(response, answer);
    waiting.delete(id);
  });
  // Answers requests that came just before the main thread became busy.
  setInterval(() => {
    const late = lateMs();
    if (late <= staleMs) return;
    for (const response of waiting.values()) send(response, busy(late));
    waiting.clear();
  }, 250);

  function lateMs(): number {
    return Number((process.hrtime.bigint() - Atomics.load(tick, 0)) / 1_000_000n);
  }

  function busy(late: number): Answered {
    const body = JSON.stringify({ ok: false, problem: "the main thread is too busy to answer", lateMs: late });
    return { status: 503, type: "application/json", body };
  }

  function send(response: ServerResponse, { status, type, body }: Answered): void {
    response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) }).end(body);
  }
}
