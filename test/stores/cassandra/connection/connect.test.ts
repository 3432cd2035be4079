import { type AddressInfo, createServer, type Socket } from "node:net";
import { openSink, openStore } from "../../../../stores/cassandra/open.js";
import { Retriable, StoreRefusal } from "../../../../stores/ports.js";
import { freshKeyspace } from "../fresh-keyspace.js";
import { Tunnel } from "../tunnel.js";

jest.setTimeout(180_000);

const refusalOf = async (url: string | URL): Promise<StoreRefusal> => {
  const error = await openSink(new URL(url)).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StoreRefusal);
  return error as StoreRefusal;
};

test("a server that accepts and stays silent is given up, naming where it is", async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = silent.address() as AddressInfo;
    expect((await refusalOf(`cassandra://127.0.0.1:${port}/anything`)).message).toContain(`127.0.0.1:${port}`);
  } finally {
    silent.close();
    for (const socket of sockets) socket.destroy();
  }
});

test("a server that is not there is named, with the remedy", async () => {
  const refusal = await refusalOf("cassandra://127.0.0.1:1/anything");
  expect(refusal.message).toContain("cassandra 127.0.0.1:1: cannot be reached");
  expect(refusal.remedy).toBe("start Cassandra, or correct host and port in the URL; ?ssl-mode=REQUIRED where it demands TLS");
});

test("all problems of a URL are reported together, before anything is connected", async () => {
  const { message } = await refusalOf(
    "cassandra://user:secret@127.0.0.1:1/Not-A-Name?replication=many&consistency=two&ssl-mode=MAYBE&colour=red",
  );
  for (const part of [
    "\"Not-A-Name\"", "replication=many", "consistency=two", "ssl-mode=MAYBE", "\"colour\" is not known",
  ]) expect(message).toContain(part);
  expect(message).not.toContain("secret");
});

test("a data centre that is not there is refused with those that are", async () => {
  await using keyspace = await freshKeyspace();
  const url = new URL(keyspace.url);
  url.searchParams.set("dc", "nowhere");
  expect((await refusalOf(url)).message).toMatch(/no data centre "nowhere".*one of \w+/);
});

test("a lost connection is retriable, and the same store goes on once it is back", async () => {
  await using keyspace = await freshKeyspace();
  await using tunnel = await Tunnel.to(keyspace.url);
  await using store = await openStore(tunnel.url);
  expect(await store.progress()).toBeNull();
  await tunnel.cut();
  await expect(store.progress()).rejects.toThrow(Retriable);
  await tunnel.restore();
  const answered = async (): Promise<unknown> => store.progress().catch((error: unknown) =>
    (error instanceof Retriable ? "not yet" : error));
  let answer = await answered();
  while (answer === "not yet") answer = await new Promise((resolve) => setTimeout(resolve, 200)).then(answered);
  expect(answer).toBeNull();
});
