import { everyKey } from "../../../schema/position.js";
import type { DeadLetters, Sink } from "../../../stores/ports.js";
import { DelegatingSink } from "../../../sync/sinks/delegating-sink.js";
import { LateSink } from "../../../sync/sinks/late-sink.js";
import { sample } from "../../contract/entities.js";

class Around extends DelegatingSink {
  constructor(protected readonly inner: Sink) {
    super(inner.name);
  }
}

const never = new AbortController().signal;
const progress = { position: { gtids: "", file: "f", offset: 1, version: 1 }, currentAt: 1 };
const letter = { entity: "sample", key: ["1"], version: 1 };

/** Every call of a sink: the compiler finds one that the port has and this list lacks. */
const calls: Readonly<Record<Exclude<keyof Sink, "name" | "lingerMs" | "deadLetters" | typeof Symbol.asyncDispose>, readonly unknown[]>> = {
  absent: [[sample]], prepare: [[sample]], write: [[], never], sweep: [sample, 7, everyKey], rebuild: [sample, sample.lookups[0]],
  progress: [], storeProgress: [progress],
};
const letterCalls: Readonly<Record<Exclude<keyof DeadLetters, "all">, readonly unknown[]>> = {
  park: [[]], list: [3], of: ["sample", [["1"]]], count: [], settle: [[letter]],
};

/** A sink that answers each call with its arguments. */
function echo(): Sink {
  const answer = (name: string) => async (...args: readonly unknown[]) => ({ name, args });
  const named = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, answer(name)]));
  const all = async function* () { yield [letter]; };
  return {
    name: "echo", lingerMs: 5, ...named(Object.keys(calls)), deadLetters: { ...named(Object.keys(letterCalls)), all },
    [Symbol.asyncDispose]: async () => undefined,
  } as unknown as Sink;
}

type Calls = Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;

async function mustAnswer(sink: Sink): Promise<void> {
  for (const [name, args] of Object.entries(calls)) {
    expect(await (sink as unknown as Calls)[name]!.apply(sink, args as unknown[])).toEqual({ name, args });
  }
  for (const [name, args] of Object.entries(letterCalls)) {
    expect(await (sink.deadLetters as unknown as Calls)[name]!(...args)).toEqual({ name, args });
  }
  for await (const letters of sink.deadLetters.all()) expect(letters).toEqual([letter]);
  expect([sink.name, sink.lingerMs]).toEqual(["echo", 5]);
}

test("a wrapper hands on every call of a sink, the optional one included, with its arguments and its answer", async () => {
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
  expect(new Around(inner as Sink).rebuild).toBeUndefined();
});
