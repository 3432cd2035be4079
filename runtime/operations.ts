import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Registry } from "prom-client";
import { answerLocally, type LocalRoutes } from "./local-routes.js";

/** What a service tells those who run it. */
export interface Operations {
  readonly registry: Registry;
  /** `ok` is readiness: false answers 503. The rest is shown as it is. */
  health(): Promise<{ readonly ok: boolean } & Readonly<Record<string, unknown>>>;
  /** What else can be asked or done from this machine. */
  readonly local?: LocalRoutes;
}

export interface OperationsServer extends AsyncDisposable {
  readonly url: string;
}

/** Serves GET /metrics (Prometheus text), /health (readiness, JSON) and /live (liveness). */
export async function serveOperations(operations: Operations, host: string, port: number): Promise<OperationsServer> {
  const server = createServer((request, response) => {
    answer(operations, request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { "content-type": "text/plain" });
      response.end(error instanceof Error ? error.message : String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}`,
    [Symbol.asyncDispose]: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

async function answer({ registry, health, local }: Operations, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? "/", "http://local").pathname;
  if (path === "/metrics") {
    const text = await registry.metrics();
    response.writeHead(200, { "content-type": registry.contentType }).end(text);
  } else if (path === "/health") {
    const state = await health();
    response.writeHead(state.ok ? 200 : 503, { "content-type": "application/json" }).end(JSON.stringify(state));
  } else if (path === "/live") {
    response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true}');
  } else {
    const reply = local && await answerLocally(local, request, path);
    if (reply) return void response.writeHead(reply.status, { "content-type": "application/json" }).end(JSON.stringify(reply.body));
    response.writeHead(404, { "content-type": "text/plain" }).end("here are /metrics, /health and /live\n");
  }
}
