import { catalog } from "../../../schema/catalog.js";
import { everyKey } from "../../../schema/position.js";
import { LetterBox } from "../../../sync/writing/rejections.js";
import { MemoryDisk, MemorySink } from "../../support/memory/memory-sink.js";
import { entity, int64 } from "../../support/declare.js";

const note = entity("note", { description: "A note.", key: ["id"], owner: { kind: "everyone" }, fields: { id: int64("public", "Key.") } });
const refused = (version: number) => ({ entity: "note", key: ["1"], version, reason: "too long", change: null });

test("a letter is settled by what comes after it, also when one of an older version of its row was settled meanwhile", async () => {
  const disk = new MemoryDisk(catalog([note]));
  const { deadLetters } = new MemorySink(disk, () => null, { before: async () => undefined });
  const box = await LetterBox.open("memory", deadLetters, { rejections: 9, windowMs: 1_000 });
  await box.park([refused(7)]);
  await box.park([refused(5)]);
  expect([...disk.letters.values()]).toMatchObject([{ version: 7 }]);
  await box.swept("note", 8, everyKey);
  expect(box.count).toBe(0);
});
