import { setImmediate as turn, setTimeout as pause } from "node:timers/promises";
import type { Message } from "../../../schema/change.js";
import { type Batch, batches } from "../../../sync/reading/batch.js";

const atOnce = { room: async () => undefined, lingerMs: 0 };
const change = (id: number, text = "a"): Message => ({
  op: "create", entity: "note", key: [String(id)], before: null, after: { id: String(id), text }, version: id,
});
const commit = (offset: number): Message => ({
  op: "commit", position: { gtids: "", file: "f", offset, version: offset }, committedAt: offset,
});

test("a batch is all that came while the last one was written, up to rows and bytes, and no more is read ahead", async () => {
  let read = 0;
  async function* arriving(): AsyncGenerator<Message[]> {
    for (; read < 1000; read++) yield [change(read, "x".repeat(read === 500 ? 50_000 : 10)), commit(read)];
  }
  const sizes: number[] = [];
  let commits = -1;
  for await (const { changes, commit: last } of batches(arriving(), { rows: 100, bytes: 40_000 }, atOnce)) {
    sizes.push(changes.length);
    expect(last!.position.offset).toBe((commits += changes.length));
    // Read ahead: as much again as a batch, and the array in hand.
    expect(read).toBeLessThanOrEqual(commits + 1 + 100 + 2);
    await pause(1);
  }
  expect(sizes.reduce((a, b) => a + b)).toBe(1000);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
  expect(sizes.length).toBeLessThan(60);
});

test("a batch is taken when there is room to write it, and one that is not full waits as long as its store wants it to", async () => {
  let [rooms, wait] = [0, (): void => undefined];
  const room = async (): Promise<void> => { if (++rooms === 2) await new Promise<void>((resolve) => { wait = resolve; }); };
  async function* trickling(): AsyncGenerator<Message[]> {
    for (let id = 0; id < 30; id++) {
      yield [change(id)];
      await turn();
      if (id === 9) wait();
    }
  }
  const sizes: number[] = [];
  for await (const { changes } of batches(trickling(), { rows: 10, bytes: 1e9 }, { room, lingerMs: 0 })) sizes.push(changes.length);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(10);
  // What came while there was no room is one batch, as large as a batch may be.
  expect(sizes[1]).toBeGreaterThanOrEqual(9);

  const lingering: number[] = [];
  for await (const { changes } of batches(
    trickling(), { rows: 10, bytes: 1e9 }, { room: async () => undefined, lingerMs: 60_000 },
  )) lingering.push(changes.length);
  expect(lingering).toEqual([10, 10, 10]);
});

test("invariant 5: a transaction larger than a batch passes in pieces, and only its last piece names a position", async () => {
  const whole: Message[] = [...Array.from({ length: 1000 }, (_, i) => change(i)), commit(1)];
  async function* once(): AsyncGenerator<Message[]> {
    yield whole;
  }
  const pieces: Batch[] = [];
  for await (const batch of batches(once(), { rows: 64, bytes: 1e9 }, atOnce)) pieces.push(batch);
  expect(pieces.map(({ changes }) => changes.length)).toEqual([...Array.from({ length: 15 }, () => 64), 40]);
  expect(pieces.map(({ commit: last }) => last !== null)).toEqual([...Array.from({ length: 15 }, () => false), true]);
});

test("a failing stream fails its reader once what came before was given out", async () => {
  async function* breaking(): AsyncGenerator<Message[]> {
    yield [change(1)];
    throw new Error("broken");
  }
  const seen: number[] = [];
  await expect((async () => {
    for await (const { changes } of batches(breaking(), { rows: 9, bytes: 1e9 }, atOnce)) seen.push(changes.length);
  })()).rejects.toThrow("broken");
  expect(seen).toEqual([1]);
});
