import { everyKey } from "../../../schema/position.js";
import type { DeadLetters, TableSink } from "../../../stores/ports.js";
import { DelegatingSink } from "../../../sync/sinks/delegating-sink.js";
import { LateSink } from "../../../sync/sinks/late-sink.js";
import { contractCatalog, sample } from "../../contract/entities.js";

class Around extends DelegatingSink {
  constructor(protected readonly inner: TableSink) {
    super(inner.name);
  }
}

const never = new AbortController().signal;
const progress = { position: { gtids: "", file: "f", offset: 1, version: 1 }, currentAt: 1 };
const letter = { entity: "sample", key: ["1"], version: 1 };

/** Every call of a sink: the compiler finds one that the port has and this list lacks. */
type Call = Exclude<keyof TableSink, "name" | "shape" | "lingerMs" | "prepare" | "deadLetters" | typeof Symbol.asyncDispose>;
const calls: Readonly<Record<Call, readonly unknown[]>> = {
  absent: [[sample]], sweep: [sample, 7, everyKey], rowsHolding: [sample, ["part"], [["a"]], 7], rebuild: [sample, sample.lookups[0]],
  progress: [], storeProgress: [progress], generation: [], storeGeneration: [{ number: 0, hash: "h", entities: [] }],
};
const letterCalls: Readonly<Record<Exclude<keyof DeadLetters, "all">, readonly unknown[]>> = {
  park: [[]], list: [3], of: ["sample", [["1"]]], count: [], settle: [[letter]],
};

/** A sink that answers each call with its arguments. */
function echo(): TableSink {
  const answer = (name: string) => async (...args: readonly unknown[]) => ({ name, args });
  const named = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, answer(name)]));
  const all = async function* () { yield [letter]; };
  return {
    name: "echo", shape: "table", lingerMs: 5,
    prepare: async (catalog: unknown) => ({ write: async (...args: readonly unknown[]) => ({ name: "write", catalog, args }) }),
    ...named(Object.keys(calls)), deadLetters: { ...named(Object.keys(letterCalls)), all },
    [Symbol.asyncDispose]: async () => undefined,
  } as unknown as TableSink;
}

type Calls = Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;

async function mustAnswer(sink: TableSink): Promise<void> {
  for (const [name, args] of Object.entries(calls)) {
    expect(await (sink as unknown as Calls)[name]!.apply(sink, args as unknown[])).toEqual({ name, args });
  }
  const writer = await sink.prepare(contractCatalog);
  expect(await writer.write([], never)).toEqual({ name: "write", catalog: contractCatalog, args: [[], never] });
  for (const [name, args] of Object.entries(letterCalls)) {
    expect(await (sink.deadLetters as unknown as Calls)[name]!(...args)).toEqual({ name, args });
  }
  for await (const letters of sink.deadLetters.all()) expect(letters).toEqual([letter]);
  expect([sink.name, sink.shape, sink.lingerMs]).toEqual(["echo", "table", 5]);
}

test("a wrapper hands on every call of a sink and its writer, the optional one included, with its arguments and its answer", async () => {
  await mustAnswer(new Around(new Around(echo())));
});

test("a sink that is opened late hands on every call once its store is there", async () => {
  const late = new LateSink("echo", new Error("it was away"), null, async () => echo(), never);
  await expect(late.progress()).rejects.toThrow("opening: it was away");
  expect(late.rebuild).toBeUndefined();
  await late.progress();
  await mustAnswer(late);
});

test("a wrapper of a sink that does not rebuild lookups does not say that it does", () => {
  const { rebuild: _, ...inner } = echo();
  expect(new Around(inner as TableSink).rebuild).toBeUndefined();
});
