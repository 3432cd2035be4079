import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { Chunks } from "../../../../../sync/mysql/binlog/wire/chunks.js";
import { ReceiveBuffers } from "../../../../../sync/mysql/binlog/wire/receive-buffers.js";

const unstopped = new AbortController().signal;
const MARK = 0xff;

const heartbeatMs = 600;
let [source, socket, chunks] = [null as unknown as Socket, null as unknown as Socket, null as unknown as Chunks];
const server = createServer();
beforeEach(async () => {
  if (!server.listening) await once(server.listen(0, "127.0.0.1"), "listening");
  const accepted = once(server, "connection");
  const buffers = new ReceiveBuffers();
  socket = buffers.connect({ host: "127.0.0.1", port: (server.address() as AddressInfo).port });
  chunks = new Chunks(socket, buffers, { heartbeatMs, highWaterBytes: 65_536 });
  socket.on("data", (chunk: Buffer) => chunks.add(chunk)).on("error", () => undefined);
  [source] = await accepted as [Socket];
});
afterEach(() => {
  chunks.close();
  source.destroy();
});
afterAll(() => void server.close());

/** When the next byte of that kind was received. */
async function receivedAt(byte: number): Promise<number> {
  while (!(await chunks.read(unstopped)).includes(byte)) continue;
  return chunks.receivedAt;
}

test("bytes that waited unread count as received when they came, not when they were read", async () => {
  source.write(Buffer.of(1));
  await once(socket, "data");
  const came = Date.now();
  await pause(50);
  expect(await receivedAt(1)).toBeLessThanOrEqual(came);
});

test("bytes sent while the source had to wait are no newer than the beginning of that wait, until nothing waits any more", async () => {
  const began = Date.now();
  source.write(Buffer.alloc(2 ** 20));
  while (!socket.isPaused()) await pause(5);
  const paused = Date.now();
  await pause(50);
  source.write(Buffer.of(MARK));
  const marked = await receivedAt(MARK);
  expect(marked).toBeGreaterThanOrEqual(began);
  expect(marked).toBeLessThanOrEqual(paused);

  for (let [sent, received] = [1, 0]; received < sent;) {
    await pause(heartbeatMs);
    sent = Date.now();
    source.write(Buffer.of(MARK));
    received = await receivedAt(MARK);
    if (received < sent) expect(received).toBeLessThanOrEqual(paused);
  }
});
