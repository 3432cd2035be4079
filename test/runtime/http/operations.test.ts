import { once } from "node:events";
import { createServer, request } from "node:http";
import { Worker } from "node:worker_threads";
import { Registry } from "prom-client";
import { type OperationsServer, serveOperations } from "../../../runtime/http/operations.js";
import { stopped } from "../../../runtime/stop.js";

/** Asks as another process would, from a thread that goes on while this one stands still; asks /health until it is red. */
const client = `
const { parentPort, workerData: { url, done } } = require("node:worker_threads");
const ask = async (path) => { const response = await fetch(url + path); return [response.status, await response.text()]; };
(async () => {
  const answers = {};
  do answers.health = await ask("/health"); while (answers.health[0] === 200);
  answers.live = await ask("/live");
  answers.metrics = await ask("/metrics");
  parentPort.postMessage(answers);
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
})();
`;

let server: OperationsServer;
beforeEach(async () => void (server = await serveOperations(
  { registry: new Registry(), health: async () => ({ ok: true, is: "fine" }) }, "127.0.0.1", 0,
)));
afterEach(() => server[Symbol.asyncDispose]());

test("/live is answered while the main thread is blocked, and /health says then that it is", async () => {
  const done = new Int32Array(new SharedArrayBuffer(4));
  const asking = new Worker(client, { eval: true, workerData: { url: server.url, done } });
  const answered = once(asking, "message");
  expect(Atomics.wait(done, 0, 0, 50_000)).toBe("ok");
  expect((await answered)[0]).toEqual({
    live: [200, '{"ok":true}'], metrics: [503, expect.any(String)],
    health: [503, expect.stringMatching(/^\{"ok":false,"problem":"the main thread is too busy to answer","lateMs":\d+\}$/)],
  });
  expect(await (await fetch(`${server.url}/health`)).json()).toEqual({ ok: true, is: "fine" });
});

test("an unknown path, and one that cannot be read, are refused by name", async () => {
  expect((await fetch(`${server.url}/elsewhere`)).status).toBe(404);
  const status = await new Promise((resolve, reject) => request(
    server.url, { path: "//" }, (response) => resolve(response.resume().statusCode),
  ).on("error", reject).end());
  expect(status).toBe(400);
});

test("a thread that ends by itself is told, with why; one that was ended is not", async () => {
  await server[Symbol.asyncDispose]();
  expect(server.failed.aborted).toBe(false);
  // No server can send such a header: the thread throws.
  const registry = { contentType: "text/\nplain", metrics: async () => "" } as unknown as Registry;
  server = await serveOperations({ registry, health: async () => ({ ok: true }) }, "127.0.0.1", 0);
  const failed = stopped(server.failed);
  await expect(fetch(`${server.url}/metrics`)).rejects.toThrow();
  await failed;
  expect(() => server.failed.throwIfAborted())
    .toThrow(/^the thread of \/metrics, \/health and \/live has ended: TypeError.*Invalid character/);
});

test("a port that is taken is refused, with the reason", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as { port: number };
  await expect(
    serveOperations({ registry: new Registry(), health: async () => ({ ok: true }) }, "127.0.0.1", port),
  ).rejects.toThrow(/EADDRINUSE/);
  await new Promise((resolve) => other.close(resolve));
});
