import { catalog } from "../../../schema/catalog.js";
import { catalogOf, generationOf } from "../../../schema/generation.js";
import type { Progress } from "../../../schema/position.js";
import { atGeneration } from "../../../sync/progress/generations.js";
import { openLog } from "../../../runtime/log.js";
import { entity, int64, nullable, reference, string } from "../../support/declare.js";
import { MemoryDisk, MemorySink } from "../../support/memory/memory-sink.js";
import { newState } from "../../support/new-state.js";

const shelf = entity("shelf", {
  description: "A shelf.", key: ["id"], owner: { kind: "everyone" }, fields: { id: int64("public", "Key.") },
});
const note = (more: Parameters<typeof entity>[1]["fields"] = {}) => entity("note", {
  description: "A note.", key: ["id"], owner: { kind: "field", field: "shelf_id" }, search: ["text"],
  fields: { id: int64("public", "Key."), text: string(9, "public", "Text."), shelf_id: reference(shelf, "public", "Where."), ...more },
  lookups: [{ name: "notes", by: "shelf_id", orderBy: "id", direction: "asc", description: "Its notes." }],
});
const [narrow, wide] = [catalog([shelf, note()]), catalog([shelf, note({ color: nullable(string(9, "public", "Color.")) })])];

const position = { gtids: "", file: "f", offset: 4, version: 20 };
const done = { shelf: "done", note: "done" } as const;

async function brought(disk: MemoryDisk, to: typeof narrow): Promise<readonly [number, Progress["copied"]]> {
  const log = openLog("test", "silent"), sink = new MemorySink(disk, () => null, { before: async () => undefined });
  const { number } = await atGeneration({ sink, catalog: to, state: newState("memory", log), log });
  return [number, disk.progress?.copied];
}

test("invariant 11: a store of an earlier release says from now on what it holds, and nothing of it is copied again", async () => {
  const disk = new MemoryDisk(narrow);
  disk.progress = { position, currentAt: 1, copied: done };
  expect(await brought(disk, narrow)).toEqual([0, done]);
  expect(disk.progress.generation).toEqual({ number: 0, hash: disk.generation!.hash });
  expect(await brought(disk, narrow)).toEqual([0, done]);
});

test("a field that is named only later has its table copied again, and no other, so that the rows that are there get it", async () => {
  const disk = new MemoryDisk(narrow);
  disk.progress = { position, currentAt: 1, copied: done };
  await brought(disk, narrow);
  expect(await brought(disk, wide)).toEqual([1, { shelf: "done", note: "due" }]);
  disk.progress = { ...disk.progress, copied: done };
  expect(await brought(disk, narrow)).toEqual([2, done]);
});

test("what a generation keeps is all that a store's rows need, and nothing of who may read them", () => {
  const { entities, classes, roles } = catalogOf(JSON.parse(JSON.stringify(generationOf(wide, 3))) as ReturnType<typeof generationOf>);
  expect(generationOf({ entities }, 3)).toEqual(generationOf(wide, 3));
  expect([classes, roles, entities[1]!.fields.color!.class]).toEqual([{}, {}, ""]);
  expect(generationOf(wide, 3).hash).not.toBe(generationOf(narrow, 3).hash);
});
