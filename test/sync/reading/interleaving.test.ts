import type { Message } from "../../../schema/change.js";
import { everyKey, type Position } from "../../../schema/position.js";
import { Interleaving } from "../../../sync/reading/interleaving.js";
import type { Arrival } from "../../../sync/reading/window.js";
import { Overtaken } from "../../../sync/source.js";

const at = (offset: number): Position => ({ gtids: "", file: "f", offset, version: offset * 10 });
const commit = (offset: number): Message => ({ op: "commit", position: at(offset), committedAt: 0 });
const end = {
  op: "chunk-end", entity: "payment", version: 11, cut: new AbortController().signal, range: everyKey, left: null, rows: 0,
} as const;

test("invariant 4: rows read before a statement whose changes the log does not tell never enter behind it, where those read after it "
  + "would be no newer", async () => {
  let deliver: (messages: readonly Message[]) => void = () => undefined;
  const stop = new AbortController(), never = new AbortController().signal, arrived: Arrival[] = [];
  async function* stream(): AsyncGenerator<readonly Message[]> {
    yield [{ op: "connected", server: "s" }, commit(1)];
    while (!stop.signal.aborted) yield await new Promise<readonly Message[]>((resolve) => { deliver = resolve; });
  }
  const interleaving = new Interleaving({ end: async () => null, passed: (now, place) => now.offset >= place.offset }, at(0));
  const reading = (async () => { for await (const some of interleaving.through(stream, never)) arrived.push(...some); })();
  while (interleaving.position.offset < 1) await new Promise(setImmediate);

  using before = (await interleaving.window("payment", never))!;
  using other = (await interleaving.window("design", never))!;
  const entering = [before, other].map((window) => window.enter(
    { rows: [], until: { server: "s", file: "f", offset: 2 } }, { ...end, entity: window.entity },
  ));
  deliver([{ op: "recopy", entities: ["payment"], version: 20, reason: "a statement" }, commit(2)]);
  await expect(entering[0]).rejects.toThrow(Overtaken);
  await entering[1];
  using after = (await interleaving.window("payment", never))!;
  expect(after.seen.offset).toBe(2);
  await after.enter({ rows: [], until: { server: "s", file: "f", offset: 2 } }, end);
  expect(arrived.filter(({ op }) => op === "chunk-end").map((each) => "entity" in each && each.entity)).toEqual(["design"]);
  stop.abort();
  deliver([]);
  await reading;
  expect(arrived.filter(({ op }) => op === "chunk-end").map((each) => "entity" in each && each.entity)).toEqual(["design", "payment"]);
});
