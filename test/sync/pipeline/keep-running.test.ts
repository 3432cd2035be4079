import pino from "pino";
import { newState } from "../../support/new-state.js";
import { StoreRefusal } from "../../../stores/ports.js";
import { PipelineGroup, keepRunning } from "../../../sync/pipeline/keep-running.js";
import { PauseSwitch } from "../../../sync/state/pause-switch.js";

const never = new AbortController().signal;

function running(outcomes: readonly (Error | null)[], company: PipelineGroup, stop = never) {
  const lines: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) });
  const [state, pauseSwitch] = [newState("memory"), new PauseSwitch()];
  let runs = 0;
  const ended = keepRunning(async () => {
    const outcome = outcomes[runs++];
    if (outcome) throw outcome;
  }, { state, pauseSwitch }, company, log, stop);
  return { ended, lines, state, pauseSwitch, runs: () => runs };
}

test("a pipeline with an unforeseen error begins again while another pipeline is up", async () => {
  const { ended, lines, runs, state } = running([new TypeError("x is not a function"), null], new PipelineGroup(2));
  expect(await ended).toBeNull();
  expect([runs(), lines, state.now.error]).toEqual([2, ["the pipeline broke off; it begins again"], null]);
});

test("a pipeline that a person must see to does not begin again before that person says so", async () => {
  const refusal = new StoreRefusal("elasticsearch", "the index is blocked", "lift the block");
  const { ended, lines, runs, pauseSwitch, state } = running([refusal, refusal, null], new PipelineGroup(2));
  const ask = async (command: "pause" | "run") => {
    pauseSwitch.ask(command);
    await new Promise(setImmediate);
  };
  await new Promise(setImmediate);
  await ask("pause");
  expect([runs(), lines]).toEqual([1, ["the pipeline cannot go on before a person has acted; then: sluice resume memory"]]);
  await ask("run");
  expect(runs()).toBe(2);
  await ask("run");
  expect(await ended).toBeNull();
  expect([runs(), state.now.error]).toEqual([3, null]);
});

test("one that waits for a person ends with the others", async () => {
  const company = new PipelineGroup(2);
  const refusal = new StoreRefusal("elasticsearch", "the index is blocked", "lift the block");
  const first = running([refusal, null], company);
  await new Promise(setImmediate);
  const second = running([refusal, null], company);
  expect([await first.ended, await second.ended]).toEqual([{ pipeline: "memory", error: refusal }, { pipeline: "memory", error: refusal }]);
  expect([first.runs(), second.runs()]).toEqual([1, 1]);
});

test("once no pipeline is up any more none begins again: the process ends", async () => {
  const company = new PipelineGroup(2);
  const first = running([new TypeError("first")], company);
  const second = running([new TypeError("second")], company);
  expect([(await first.ended)?.error, (await second.ended)?.error]).toEqual([new TypeError("first"), new TypeError("second")]);
  expect([first.runs(), second.runs()]).toEqual([1, 1]);
});

test("a stopped pipeline does not begin again, and is named", async () => {
  const stop = new AbortController();
  const { ended, runs } = running([new TypeError("x")], new PipelineGroup(2), stop.signal);
  stop.abort();
  expect(await ended).toMatchObject({ pipeline: "memory" });
  expect(runs()).toBe(1);
});
