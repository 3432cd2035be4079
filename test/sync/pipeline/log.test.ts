import { setImmediate as turn, setTimeout as pause } from "node:timers/promises";
import pino from "pino";
import { Registry } from "prom-client";
import { catalog } from "../../../schema/catalog.js";
import type { Change } from "../../../schema/change.js";
import { isWhole } from "../../../schema/position.js";
import { Retriable } from "../../../stores/ports.js";
import { runPipeline } from "../../../sync/pipeline/pipeline.js";
import { ParkingLog } from "../../../sync/sinks/parking-log.js";
import { wrapped } from "../../../sync/sinks/wrapped.js";
import { Unresumable } from "../../../sync/source.js";
import { pipelineMetrics } from "../../../sync/state/metrics.js";
import { statusOf } from "../../../sync/state/status.js";
import { type LogWeather, MemoryLog, MemoryLogDisk } from "../../support/memory/memory-log.js";
import { MemorySource, type Operation } from "../../support/memory/memory-source.js";
import { newState } from "../../support/new-state.js";
import { pipelineParts, smallBatches } from "../../support/pipeline-parts.js";
import { entity, int64, string } from "../../support/declare.js";

const note = entity("note", {
  description: "A note.", key: ["id"], owner: { kind: "everyone" },
  fields: { id: int64("public", "Key."), text: string(99, "public", "Text.") },
});
const notes = catalog([note]);
const never = new AbortController().signal;
const good = () => null;
const put = (id: number, text = "a"): Operation => ({ entity: note, key: [String(id)], row: { id: String(id), text } });
const transaction = (...operations: readonly Operation[]) => ({ stamp: 5_000, operations });

const calm: LogWeather = { before: async () => void (await turn()) };

/** The pipeline of a log, as sync runs it. */
function pipeline(source: MemorySource, weather = calm, refuses: MemoryLog["refuses"] = good) {
  const disk = new MemoryLogDisk(), stop = new AbortController(), registry = new Registry();
  const lines: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push(line) });
  const state = newState("memory", log);
  const metrics = pipelineMetrics(registry, [state]), parking = new ParkingLog(log);
  const wrapping = { metrics, parking, state, log, patience: { stop: stop.signal, cutoff: never } };
  const sink = wrapped(new MemoryLog(disk, refuses, weather), wrapping);
  const parts = pipelineParts({ source, sink, catalog: notes, state, log, limits: smallBatches(5, 1) });
  const ended = runPipeline(parts, stop.signal, never);
  ended.catch(() => undefined);
  const changes = () => disk.records.flatMap(({ entry }) => ("key" in entry ? [entry] : []));
  /** Without the rows that a copy read. */
  const logged = () => changes().filter(({ op }) => op !== "read");
  return { source, disk, state, stop, lines, registry, pauseSwitch: parts.pauseSwitch, ended, changes, logged };
}

type Running = ReturnType<typeof pipeline>;

async function until(what: () => boolean): Promise<void> {
  while (!what()) await pause(2);
}

const caughtUp = ({ disk, source }: Running) => () =>
  disk.progress !== null && isWhole(disk.progress) && disk.progress.position.offset === source.length;

async function end({ stop, ended }: Running): Promise<void> {
  stop.abort();
  await ended;
}

const keys = (changes: readonly Change[]) => changes.map(({ key }) => Number(key[0])).sort((a, b) => a - b);
const upTo = (most: number) => Array.from({ length: most }, (_, n) => n);

test("rows that were there enter as read rows, changes follow, and an idle source keeps the log's progress current", async () => {
  const source = new MemorySource([transaction(put(0), put(1)), transaction(put(2)), transaction(put(0, "b"))], good, 1, 4);
  source.grow();
  const running = pipeline(source);
  await until(caughtUp(running));
  expect(running.changes().map(({ op, key }) => `${op} ${key[0]}`)).toEqual(expect.arrayContaining(["read 1", "create 2", "update 0"]));
  expect(keys(running.logged())).toEqual([0, 2]);
  const { currentAt } = running.disk.progress!;
  await until(() => running.disk.progress!.currentAt > currentAt);
  expect(statusOf(running.state)).toMatchObject({ state: "streaming", error: null });
  const text = await running.registry.metrics();
  expect(text).toMatch(/sluice_sync_rows_total\{pipeline="memory",op="create"\} 1/);
  await end(running);
});

test("a log that does not answer is named while it lasts, and each change is in it once", async () => {
  const source = new MemorySource(upTo(30).map((n) => transaction(put(n))), good, 1, 4);
  let [isAway, records] = [false, 0];
  const running = pipeline(source, {
    async before(what) {
      await turn();
      if (what === "record" && ++records === 10) isAway = true;
      if (isAway && what !== "letters") throw new Retriable("appending", new Error("connection refused"));
    },
  });
  await until(() => statusOf(running.state).state === "retrying");
  expect(statusOf(running.state).error).toMatch(/connection refused/);
  isAway = false;
  await until(caughtUp(running));
  expect(keys(running.logged())).toEqual(upTo(30));
  expect(running.lines.join("")).toMatch(/the store does not answer[^]*the store answers again/);
  expect(await running.registry.metrics()).toMatch(/sluice_sync_retries_total\{pipeline="memory"\} [1-9]/);
  await end(running);
});

test("a pipeline that is paused within a large transaction leaves none of it for readers to wait for, and brings it once", async () => {
  const source = new MemorySource([transaction(put(1_000)), transaction(...upTo(200).map((n) => put(n)))], good, 1, 4);
  let records = 0;
  const running: Running = pipeline(source, {
    async before(what) {
      await pause(1);
      if (what === "record" && ++records === 60) running.pauseSwitch.ask("pause");
    },
  });
  expect(await running.pauseSwitch.reached(true, 60_000)).toBe(true);
  expect(running.disk.progress!.position.offset).toBe(1);
  const { epoch } = running.disk;
  running.pauseSwitch.ask("run");
  await until(caughtUp(running));
  // The part was taken back when the pipeline came to rest, and the log began again when it went on.
  expect([epoch, running.disk.epoch]).toEqual([2, 3]);
  expect(keys(running.logged())).toEqual([...upTo(200), 1_000]);
  await end(running);
});

test("after changes that the source has lost, every row is appended again, and the log says what that does not heal", async () => {
  class Broken extends MemorySource {
    isBroken = false;
    override async *stream(...args: Parameters<MemorySource["stream"]>): ReturnType<MemorySource["stream"]> {
      if (this.isBroken) {
        this.isBroken = false;
        throw new Unresumable("memory", "1-7", "lost");
      }
      yield* super.stream(...args);
    }
  }
  const source = new Broken(upTo(6).map((n) => transaction(put(n))), good, 6, 4);
  const running = pipeline(source);
  await until(caughtUp(running));
  running.pauseSwitch.ask("pause");
  expect(await running.pauseSwitch.reached(true, 60_000)).toBe(true);
  const before = running.changes().length;
  source.isBroken = true;
  source.behind(note, "3", { id: "3", text: "as it is now" });
  running.pauseSwitch.ask("run");
  await until(() => running.changes().length === before + 6 && isWhole(running.disk.progress!));
  const again = running.changes().slice(before);
  expect(again.every(({ op, version }) => op === "read" && version > running.changes()[before - 1]!.version)).toBe(true);
  expect(again.find(({ key }) => key[0] === "3")!.after).toEqual({ id: "3", text: "as it is now" });
  expect(running.lines.join("")).toMatch(/MySQL no longer has changes this store holds; the rows of every table are appended again/);
  await end(running);
});

test("a source that gives rows no place in its log is refused with a remedy", async () => {
  const source = new MemorySource([transaction(put(1))], good, 1, 4);
  source.end = async () => null as never;
  const running = pipeline(source);
  await expect(running.ended).rejects.toThrow(/memory gives no GTIDs.*Remedy: turn on gtid_mode/);
  expect(running.disk.progress).toBeNull();
});

test("rows that a log cannot hold are dead letters, which the status and the log of the process name", async () => {
  const source = new MemorySource(upTo(20).map((n) => transaction(put(n, n === 7 ? "no" : "a"))), good, 1, 4);
  const running = pipeline(source, undefined, ({ text }) => (text === "no" ? "no, please" : null));
  await until(caughtUp(running));
  expect(statusOf(running.state).deadLetters).toBe(1);
  expect([...running.disk.letters.values()]).toMatchObject([{ key: ["7"], reason: "no, please" }]);
  expect(running.lines.join("")).toMatch(/"reason":"no, please".*rows were refused and are in the dead letters/);
  await end(running);
});
