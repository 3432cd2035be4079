import { getEventListeners } from "node:events";
import { Notifier } from "../../runtime/notifier.js";

test("one notify wakes all that wait, and only those that waited before it", async () => {
  const notifier = new Notifier();
  notifier.notify();
  const woken: string[] = [];
  const wait = async (name: string) => {
    await notifier.next();
    woken.push(name);
    if (name === "first") await wait("again");
  };
  void wait("first");
  void wait("second");
  await turn();
  expect(woken).toEqual([]);
  notifier.notify();
  await turn();
  expect(woken).toEqual(["first", "second"]);
  notifier.notify();
  await turn();
  expect(woken).toEqual(["first", "second", "again"]);
});

test("until a state is reached: it is looked at again at each notify", async () => {
  const notifier = new Notifier();
  let state = 0;
  let isReached = false;
  const reaching = notifier.until(() => state === 2, null, null).then(() => { isReached = true; });
  state = 1;
  notifier.notify();
  await turn();
  expect(isReached).toBe(false);
  state = 2;
  await turn();
  expect(isReached).toBe(false);
  notifier.notify();
  await reaching;
  await notifier.until(() => true, null, null);
});

test("until a signal aborts, or had aborted; no listener is left", async () => {
  const stop = new AbortController();
  const notifier = new Notifier();
  const waiting = notifier.until(() => false, stop.signal, null);
  expect(getEventListeners(stop.signal, "abort")).toHaveLength(1);
  stop.abort();
  await waiting;
  await notifier.until(() => false, stop.signal, null);
  expect(getEventListeners(stop.signal, "abort")).toHaveLength(0);
});

test("it says whether the state was reached, or waiting was given up", async () => {
  const notifier = new Notifier();
  expect(await notifier.until(() => true, AbortSignal.abort())).toBe(true);
  expect(await notifier.until(() => false, AbortSignal.abort())).toBe(false);
  expect(await notifier.until(() => false, null, 1)).toBe(false);
});

test("a look that throws ends its own waiting, and no other", async () => {
  const notifier = new Notifier();
  let isReached = false;
  const broken = new Error("broken");
  const failing = notifier.until(() => {
    if (isReached) throw broken;
    return false;
  });
  const other = notifier.until(() => isReached);
  isReached = true;
  notifier.notify();
  await expect(failing).rejects.toBe(broken);
  expect(await other).toBe(true);
});

test("until the time is over, which ends no other waiting", async () => {
  const notifier = new Notifier();
  let isReached = false;
  let isOver = false;
  const other = notifier.until(() => isReached, null, 60_000).then(() => { isOver = true; });
  const began = performance.now();
  await notifier.until(() => false, null, 20);
  expect(performance.now() - began).toBeGreaterThan(18);
  await turn();
  expect(isOver).toBe(false);
  isReached = true;
  notifier.notify();
  await other;
});

const turn = () => new Promise(setImmediate);
