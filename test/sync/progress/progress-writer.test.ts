import { setImmediate as turn } from "node:timers/promises";
import { newState } from "../../support/new-state.js";
import { catalog } from "../../../schema/catalog.js";
import type { Position, Progress } from "../../../schema/position.js";
import { Copies } from "../../../sync/progress/copies.js";
import { ProgressWriter } from "../../../sync/progress/progress-writer.js";
import { MemoryDisk, MemorySink } from "../../support/memory/memory-sink.js";

const things = catalog([]);
const at = (offset: number): Position => ({ gtids: "", file: "memory", offset, version: offset });
const batch = (offset: number) => ({
  commit: { op: "commit", position: at(offset), committedAt: offset * 1_000_000 }, idleAt: null,
}) as const;

test("invariant 2: one position at most is on its way to the store, and none once the writer was closed, whatever is "
  + "settled later", async () => {
  const begun: { readonly progress: Progress; readonly done: () => void }[] = [];
  const sink = Object.assign(new MemorySink(new MemoryDisk(things), () => null, { before: async () => undefined }), {
    storeProgress: (progress: Progress) =>
      new Promise<void>((done) => {
        begun.push({ progress, done });
      }),
  });
  const state = newState("memory");
  const start = { position: at(0), currentAt: 0 };
  const progressWriter = new ProgressWriter(sink, state, { busyMs: 0, idleMs: 0 }, new Copies(things, state, start), start);
  const offsets = () => begun.map(({ progress }) => (progress as { position: Position }).position.offset);

  await progressWriter.settled(batch(1));
  await progressWriter.settled(batch(2));
  const stored = progressWriter.store();
  await turn();
  expect(offsets()).toEqual([1]);
  begun[0]!.done();
  await turn();
  expect(offsets()).toEqual([1, 2]);
  begun[1]!.done();
  await stored;
  await progressWriter.settled(batch(3));
  progressWriter.moved();
  await turn();
  expect(offsets()).toEqual([1, 2]);
  expect(state.now.position).toEqual(at(2));
});
