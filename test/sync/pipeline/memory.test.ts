import { catalog } from "../../../schema/catalog.js";
import type { Message } from "../../../schema/change.js";
import { runPipeline } from "../../../sync/pipeline/pipeline.js";
import { type BatchLimits, sizeOf } from "../../../sync/reading/batch.js";
import type { Source } from "../../../sync/source.js";
import { defaultLimits } from "../../../sync/writing/parts.js";
import { instead, withWriter } from "../../property/model/instead.js";
import { MemoryDisk, MemorySink } from "../../support/memory/memory-sink.js";
import { MemorySource } from "../../support/memory/memory-source.js";
import { pipelineParts } from "../../support/pipeline-parts.js";
import { entity, int64, string } from "../../support/declare.js";

const note = entity("note", {
  description: "A note.", key: ["id"], owner: { kind: "everyone" },
  fields: { id: int64("public", "Key."), text: string(99_999, "public", "Text.") },
});
const notes = catalog([note]);

/** Rows of very different sizes, four and the end of their transaction at once. */
function transaction(number: number): Message[] {
  const rows = Array.from({ length: 4 }, (_, i): Message => {
    const id = String(number * 4 + i);
    return {
      op: "create", entity: "note", key: [id], before: null, after: { id, text: "x".repeat(10 + (Number(id) * 7_919) % 9_000) },
      version: 10_000 + number,
    };
  });
  return [
    ...rows, { op: "commit", position: { gtids: "", file: "memory", offset: number + 1, version: 10_000 + number }, committedAt: number },
  ];
}

test.each<[string, BatchLimits, number]>([
  ["bytes", { rows: 1_000_000, bytes: 100_000 }, 1], ["bytes", { rows: 1_000_000, bytes: 100_000 }, 4],
  ["rows", { rows: 30, bytes: 1e9 }, 3],
])("a pipeline holds no more %s than its batches in flight and what it has read ahead, however slow its store is: %j, %i at "
  + "once", async (unit, batch, atOnce) => {
  const amountOf = (messages: readonly Message[]) => messages.reduce(
    (sum, each) => sum + (each.op === "commit" ? 0 : unit === "bytes" ? sizeOf(each) : 1), 0,
  );
  let [read, largest] = [0, 0];
  const source = instead<Source>(new MemorySource([], () => null, 1, 1), {
    async *stream(_, signal) {
      for (let number = 0; !signal.aborted; number++) {
        const messages = transaction(number);
        read += amountOf(messages);
        largest = Math.max(largest, amountOf(messages));
        yield messages;
      }
    },
  });
  // Each write ends when the pipeline has come to a halt, and then the pipeline may hold no more than this.
  let [written, writes] = [0, 0];
  const held: number[] = [];
  const stop = new AbortController();
  const limit = batch[unit as keyof BatchLimits];
  const sink = withWriter(new MemorySink(new MemoryDisk(notes), () => null, { before: async () => undefined }), () => ({
    async write(changes) {
      writes++;
      for (let seen = -1; seen !== read;) {
        seen = read;
        for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate);
      }
      held.push(read - written);
      written += amountOf(changes);
      if (writes > 40) stop.abort();
      return [];
    },
  }));
  const parts = pipelineParts({ source, sink, catalog: notes, limits: { ...defaultLimits, batch, writesAtOnce: atOnce } });
  await runPipeline(parts, stop.signal, new AbortController().signal);
  // The writes in flight, the one that waits for its turn, what is read ahead, and the array in hand.
  expect(Math.max(...held)).toBeLessThanOrEqual((atOnce + 2) * limit + largest);
  // They do overlap.
  expect(Math.max(...held)).toBeGreaterThan(atOnce * limit * 0.7);
});
