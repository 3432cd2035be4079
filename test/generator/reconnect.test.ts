import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RowDataPacket } from "mysql2/promise";
import { processOf } from "../../engines/host/process.js";
import { fill, stream } from "../../generator/main.js";
import { migrate } from "../../migrations/migrate.js";
import { freshDatabase } from "../migrations/fresh-database.js";
import { startMysql } from "../support/mysql-server.js";

jest.setTimeout(300_000);

const unstopped = new AbortController().signal;
const until = Date.UTC(2026, 0, 1);

test("a stream goes on after MySQL was killed and came back, and says when it was away; an abort ends it meanwhile", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-reconnect-"));
  let server = await startMysql({ dataDir: folder });
  const mysql = new URL("/totesys", server.url);
  const restarted = async (): Promise<void> => {
    process.kill(server.pid!, "SIGKILL");
    while (processOf(server.pid!)) await new Promise((resolve) => setTimeout(resolve, 20));
    server = await startMysql({ dataDir: folder });
  };
  await migrate(mysql);
  await fill({ mysql, seed: 1, rows: 500, until }, unstopped, () => undefined);
  const stop = new AbortController();
  const told: (string | null)[] = [];
  let [killing, killedAt] = [null as Promise<void> | null, Infinity];
  const ended = stream({ mysql, seed: 1, connections: 2, rate: 200, onAway: (error) => told.push(error) }, stop.signal, ({ done }) => {
    if (done >= 50 && !killing) {
      killedAt = done;
      killing = restarted();
    }
    if (told.at(-1) === null && done > killedAt + 100) stop.abort();
  });
  expect((await ended).transactions).toBeGreaterThan(killedAt + 100);
  await killing;
  expect(told.map((error) => error !== null)).toEqual([true, false]);
  expect(told[0]).toMatch(/Connection lost|ECONNRESET|ECONNREFUSED|EPIPE|closed/);

  const away = new AbortController();
  const stopped = stream({ mysql, seed: 1, connections: 1, rate: 100, onAway: () => away.abort() }, away.signal, ({ done }) => {
    if (done >= 10 && processOf(server.pid!)) process.kill(server.pid!, "SIGKILL");
  });
  expect((await stopped).transactions).toBeGreaterThanOrEqual(10);
  rmSync(folder, { recursive: true, force: true });
});

test("a transaction whose commit arrived and whose answer did not is not done again; one whose commit did not arrive is", async () => {
  await using database = await freshDatabase("reconnect");
  await migrate(database.url);
  await fill({ mysql: database.url, seed: 1, rows: 500, until }, unstopped, () => undefined);
  const count = async () => {
    const [row] = await database.rows<RowDataPacket>(
      `SELECT (SELECT COUNT(*) FROM \`${database.name}\`.sales_order) + (SELECT COUNT(*) FROM \`${database.name}\`.purchase_order) AS n`,
    );
    return Number(row!.n);
  };
  const before = await count();
  await using link = await forgetfulLink(database.url);
  const {
    transactions, byBusiness, retries,
  } = await stream({ mysql: link.url, seed: 1, connections: 1, rate: 1_000, transactions: 60 }, unstopped, () => undefined);
  expect(link.lost).toEqual({ answer: 20, commit: 19 });
  expect({ transactions, retries }).toEqual({ transactions: 60, retries: 39 });
  expect(await count() - before).toBe((byBusiness.sale ?? 0) + (byBusiness.purchase ?? 0) - (byBusiness["order cancelled"] ?? 0));
});

/**
 * Of every four commits, one reaches the server and its answer is lost with the connection, and one is lost before it reaches the server.
 */
async function forgetfulLink(to: URL): Promise<AsyncDisposable & { readonly url: URL; readonly lost: { answer: number; commit: number } }> {
  const lost = { answer: 0, commit: 0 };
  let commits = 0;
  const server = createServer((near) => {
    const far = connect(Number(to.port), to.hostname);
    let isForgetting = false;
    const end = () => void (near.destroy(), far.destroy());
    for (const socket of [near, far]) socket.on("error", end).on("close", end);
    near.on("data", (chunk: Buffer) => {
      const what = chunk.toString("latin1").endsWith("COMMIT") ? commits++ % 4 : -1;
      isForgetting = what === 1;
      if (what !== 3) return far.write(chunk);
      lost.commit++;
      end();
    });
    far.on("data", (chunk: Buffer) => {
      if (!isForgetting) return near.write(chunk);
      lost.answer++;
      end();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(to);
  url.port = String((server.address() as AddressInfo).port);
  return { url, lost, [Symbol.asyncDispose]: async () => void server.close() };
}
