import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect as connectSocket, createServer, type Server, type Socket } from "node:net";
import { totesys } from "../../support/totesys.js";
import { openSink, openStore } from "../../../stores/elasticsearch/open.js";
import { Retriable, StoreRefusal } from "../../../stores/ports.js";
import { created } from "../../contract/changes.js";
import { engineUrls } from "../../support/engines.js";
import { openTestStore } from "./test-store.js";

jest.setTimeout(60_000);
const signal = new AbortController().signal;

test("no server there: an error that names host and port, with the remedy, at once", async () => {
  const server = await listening(createServer());
  server.close();
  await expect(openSink(urlOf(server))).rejects.toThrow(
    new RegExp(`nothing usable answers at 127.0.0.1:${server.port}.*Remedy: start Elasticsearch`),
  );
});

test("a server that never answers: an error, not a wait without end", async () => {
  const server = await listening(createServer());
  await expect(openStore(urlOf(server))).rejects.toThrow(StoreRefusal);
  server.close();
});

test.each([
  [401, /Remedy: give a user and password/], [403, /Remedy: grant the user/],
])("the server says %i: the remedy says what to give", async (status, remedy) => {
  const server = await listening(createHttpServer((_, response) => {
    response.writeHead(
      status, { "x-elastic-product": "Elasticsearch", "content-type": "application/vnd.elasticsearch+json;compatible-with=9" },
    )
      .end(JSON.stringify({ status, error: { type: "security_exception", reason: "no" } }));
  }));
  const opening = openSink(urlOf(server, "user:secretword@"));
  await expect(opening).rejects.toThrow(remedy);
  await expect(opening).rejects.not.toThrow(/secretword/);
  server.close();
});

test("another server than Elasticsearch is refused", async () => {
  const server = await listening(createHttpServer((_, response) => response.end("hello")));
  await expect(openSink(urlOf(server))).rejects.toThrow(StoreRefusal);
  server.close();
});

test("all problems of a URL are reported together", async () => {
  const url = new URL("elasticsearch://127.0.0.1:1/UPPER?shard=3&replicas=many&shards=0");
  await expect(openSink(url)).rejects.toThrow(/UPPER.*option shard.*"many".*at least one shard.*Remedy: write elasticsearch:\/\//);
});

test("a connection that breaks is retriable for the writer, and what was written is there", async () => {
  await using place = openTestStore();
  const { hostname, port } = new URL(engineUrls().elasticsearch);
  const sockets = new Set<Socket>();
  const proxy = await listening(createServer((socket) => {
    const engine = connectSocket(Number(port), hostname);
    for (const end of [socket, engine]) sockets.add(end.on("error", () => end.destroy()));
    socket.pipe(engine).pipe(socket);
  }));
  const currency = totesys.entity("currency");
  const row = {
    currency_id: "1", currency_code: "EUR", created_at: "2026-01-05T10:00:00.000001Z", last_updated: "2026-01-05T10:00:00.000001Z",
  };
  await using direct = await openStore(place.url);
  await using sink = await openSink(new URL(`elasticsearch://127.0.0.1:${proxy.port}/${place.prefix}`));
  const writer = await sink.prepare(totesys);
  await writer.write([created(currency, row)], signal);
  proxy.close();
  for (const socket of sockets) socket.destroy();
  await expect(writer.write([created(currency, { ...row, currency_id: "2" })], signal)).rejects.toThrow(Retriable);
  await expect(sink.progress()).rejects.toThrow(Retriable);
  expect(await direct.rows!.get(currency, [["1"]])).toEqual([row]);
});

test("a write that is stopped ends with the reason of the stop", async () => {
  await using place = openTestStore();
  await using sink = await openSink(place.url);
  const stop = new AbortController();
  stop.abort(new Error("stopped by a test"));
  const currency = totesys.entity("currency");
  const writer = await sink.prepare(totesys);
  const change = created(
    currency,
    { currency_id: "1", currency_code: "EUR", created_at: "2026-01-05T10:00:00.000001Z", last_updated: "2026-01-05T10:00:00.000001Z" },
  );
  await expect(writer.write([change], stop.signal)).rejects.toThrow("stopped by a test");
});

async function listening(server: Server): Promise<{ readonly port: number; close(): void }> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => open.add(socket));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

function urlOf({ port }: { readonly port: number }, user = ""): URL {
  return new URL(`elasticsearch://${user}127.0.0.1:${port}/anything`);
}
