import { setTimeout as pause } from "node:timers/promises";
import { connectMysql } from "../../../../runtime/mysql/mysql.js";
import { Access } from "../../../../sync/mysql/connection/access.js";
import { takeFeedLock } from "../../../../sync/mysql/connection/feed-lock.js";
import type { FeedLockEvent } from "../../../../sync/source.js";
import { Tunnel } from "../../../stores/cassandra/tunnel.js";
import { engineUrls } from "../../../support/engines.js";

jest.setTimeout(60_000);
const never = new AbortController().signal;
const [url, name] = [new URL(engineUrls().mysql), `feedLock ${process.pid} ${Date.now()}`];

test("one process at a time holds it; when it is given back, the waiting one has it at once", async () => {
  const heard: string[] = [];
  const first = await takeFeedLock(new Access(url), name, () => undefined, never);
  const second = takeFeedLock(new Access(url), name, (event) => heard.push(event.kind === "waiting" ? event.holder : event.kind), never);
  await pause(2_500);
  expect(new Set(heard)).toEqual(new Set([expect.stringMatching(/^connection \d+ of mysql /)]));
  expect(first.lost.aborted).toBe(false);
  await first[Symbol.asyncDispose]();
  await using next = await second;
  expect([first.lost.aborted, next.lost.aborted]).toEqual([false, false]);
});

test("a wait ends at once when it is stopped", async () => {
  await using _ = await takeFeedLock(new Access(url), name, () => undefined, never);
  const stop = new AbortController();
  const waiting = takeFeedLock(new Access(url), name, () => stop.abort(new Error("stopped")), stop.signal);
  await expect(waiting).rejects.toThrow("stopped");
});

test("a connection that breaks is no loss while no other process takes the lock, and is one when another has", async () => {
  await using first = await takeFeedLock(new Access(url), name, () => undefined, never);
  await using administrator = await connectMysql(url);
  const kill = async () => {
    const [rows] = await administrator.query(
      "SELECT ID FROM information_schema.processlist WHERE ID = IS_USED_LOCK(?)", [first.lockName],
    ) as unknown as [{ ID: number }[]];
    await administrator.query(`KILL ${rows[0]!.ID}`);
  };
  await kill();
  await first.verified();
  await first.verified();
  expect(first.lost.aborted).toBe(false);

  await kill();
  await using second = await takeFeedLock(new Access(url), name, () => undefined, never);
  await first.verified();
  await first.verified();
  expect([first.lost.aborted, second.lost.aborted]).toEqual([true, false]);
});

test("a silent server holds up neither a position nor the end", async () => {
  await using tunnel = await Tunnel.to(url);
  const feedLock = await takeFeedLock(new Access(tunnel.url), name, () => undefined, never);
  tunnel.hush();
  const began = performance.now();
  void feedLock.verified();
  await pause(6_000);
  await feedLock.held();
  expect(feedLock.lost.aborted).toBe(false);
  await feedLock[Symbol.asyncDispose]();

  // A wait for a feed lock does not hold it up either: this lock is held until the server has forgotten it.
  const stop = new AbortController();
  const waiting = takeFeedLock(new Access(tunnel.url), name, () => undefined, stop.signal);
  setTimeout(() => stop.abort(new Error("stopped")), 100);
  await expect(waiting).rejects.toThrow("stopped");
  await using next = await takeFeedLock(new Access(url), name, () => undefined, never);
  expect(performance.now() - began).toBeGreaterThan(5_000);
  expect(next.lost.aborted).toBe(false);
});

test("a server that does not answer is reported, with where and why, and so is its return", async () => {
  await using tunnel = await Tunnel.to(url);
  const heard: FeedLockEvent[] = [];
  await using feedLock = await takeFeedLock(new Access(tunnel.url), name, (event) => heard.push(event), never);
  await feedLock.verified();
  await tunnel.cut();
  await feedLock.verified();
  expect(heard.at(-1)).toEqual({
    kind: "silent", error: expect.stringMatching(/^mysql 127\.0\.0\.1:\d+: .*ECONNREFUSED.*Remedy: start the server/),
  });
  await tunnel.restore();
  await feedLock.verified();
  expect(heard.at(-1)).toEqual({ kind: "answers" });
  expect(feedLock.lost.aborted).toBe(false);
});
