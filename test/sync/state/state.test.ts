import { pino } from "pino";
import { mayFollow, type Phase } from "../../../sync/state/phases.js";
import type { PipelineEvent } from "../../../sync/state/state.js";
import { newState } from "../../support/new-state.js";

const held: PipelineEvent = { kind: "lock held elsewhere", source: "mysql", holder: "connection 7" };
const taken: PipelineEvent = { kind: "lock taken" };
const copying: PipelineEvent = { kind: "tables left to copy", tables: 2 };
const followed: PipelineEvent = { kind: "tables left to copy", tables: 0 };
const paused: PipelineEvent = { kind: "at rest", phase: "paused" };
const drained: PipelineEvent = { kind: "at rest", phase: "drained" };
const goesOn: PipelineEvent = { kind: "goes on" };
const failed: PipelineEvent = { kind: "failed", error: "a person must act" };

test.each<[string, readonly PipelineEvent[], readonly Phase[]]>([
  ["a first copy, then the stream", [taken, copying, followed, { kind: "ended" }], ["starting", "snapshot", "streaming", "drained"]],
  [
    "a rest ends in the phase it interrupted", [taken, followed, paused, drained, goesOn],
    ["starting", "streaming", "paused", "drained", "streaming"],
  ],
  ["that nothing rests is no change", [taken, copying, goesOn], ["starting", "snapshot", "snapshot"]],
  ["another process feeds the store", [held, taken, followed, held, taken], ["waiting", "starting", "streaming", "waiting", "starting"]],
  ["a failure is over when it begins again", [taken, failed, { kind: "begins again" }], ["starting", "failed", "starting"]],
])("%s", (_, events, phases) => {
  const state = newState("memory");
  const met = events.map((event) => {
    state.apply(event);
    return state.now.phase;
  });
  expect(met).toEqual(phases);
});

test("a phase that cannot follow is a fault of Sluice, and changes nothing", () => {
  const state = newState("memory");
  state.apply(failed);
  expect(() => state.apply(followed)).toThrow("the pipeline memory cannot be streaming after failed (tables left to copy)");
  expect(state.now).toMatchObject({ phase: "failed", error: "a person must act" });
  expect([
    mayFollow("waiting", "streaming"), mayFollow("streaming", "streaming"), mayFollow("paused", "failed"),
  ]).toEqual([false, true, true]);
});

test("the log has one line when something begins to be away, and one when that ends", () => {
  const lines: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) });
  const state = newState("memory", log);
  const away = {
    kind: "store silent", doing: "write", error: "refused",
  } as const, silent = { kind: "source silent", source: "mysql", error: "gone" } as const;
  for (const event of [
    held, held, taken, away, away, { kind: "store answers", doing: "write" }, silent, silent,
  ] as const) state.apply(event);
  for (const event of [
    { kind: "source answers", source: "mysql" }, { kind: "source answers", source: "mysql" },
  ] as const) state.apply(event);
  expect(lines).toEqual([
    "another sync process feeds this store; waiting until it ends", "no other sync process feeds this store any more",
    "the store does not answer; trying again until it does", "the store answers again",
    "the source does not answer; trying again until it does", "the source answers again",
  ]);
});
