import { setImmediate as turn, setTimeout as pause } from "node:timers/promises";
import pino from "pino";
import { Registry } from "prom-client";
import { newState } from "../../support/new-state.js";
import { catalog } from "../../../schema/catalog.js";
import type { Row } from "../../../schema/entity.js";
import { isWhole } from "../../../schema/position.js";
import { Retriable, type TableSink } from "../../../stores/ports.js";
import { runPipeline } from "../../../sync/pipeline/pipeline.js";
import { MeasuredSink } from "../../../sync/sinks/measured.js";
import { RetryingSink } from "../../../sync/sinks/retry.js";
import type { FeedLockEvent } from "../../../sync/source.js";
import { pipelineMetrics } from "../../../sync/state/metrics.js";
import { statusOf } from "../../../sync/state/status.js";
import { type PipelineLimits } from "../../../sync/writing/parts.js";
import { MemoryDisk, MemorySink, type Weather } from "../../support/memory/memory-sink.js";
import { MemorySource, type Transaction } from "../../support/memory/memory-source.js";
import { pipelineParts } from "../../support/pipeline-parts.js";
import { entity, int64, string } from "../../support/declare.js";

const note = entity("note", {
  description: "A note.", key: ["id"], owner: { kind: "everyone" },
  fields: { id: int64("public", "Key."), text: string(99, "public", "Text.") },
});
const notes = catalog([note]);
const calm: Weather = { before: async () => void (await turn()) };
const readable = () => null;
const never = new AbortController().signal;

const row = (id: number, text = "a"): Row => ({ id: String(id), text });
const history = (transactions: number, rows: number): Transaction[] => Array.from({ length: transactions }, (_, t) => ({
  stamp: 5_000 + t,
  operations: Array.from({ length: rows }, (_, r) => ({ entity: note, key: [String(t * rows + r)], row: row(t * rows + r) })),
}));

interface Setup {
  readonly source?: MemorySource;
  readonly weather?: Weather;
  readonly refuses?: (row: Row) => string | null;
  readonly limits?: Partial<PipelineLimits>;
  readonly cutoff?: AbortSignal;
}

function pipeline(
  { source = new MemorySource(history(30, 3), readable, 1, 4), weather = calm, refuses = readable, limits = {}, cutoff = never }: Setup,
) {
  const disk = new MemoryDisk(notes);
  const lines: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push(line) });
  const state = newState("memory", log);
  const registry = new Registry();
  const metrics = pipelineMetrics(registry, [state]);
  const stop = new AbortController();
  const sink: TableSink = new RetryingSink(
    new MeasuredSink(new MemorySink(disk, refuses, weather), metrics), state, metrics, log, { stop: stop.signal, cutoff },
  );
  const parts = pipelineParts({ source, sink, catalog: notes, limits, state, log });
  return { disk, state, pauseSwitch: parts.pauseSwitch, lines, registry, stop, source, ended: runPipeline(parts, stop.signal, cutoff) };
}

async function until(what: () => boolean): Promise<void> {
  while (!what()) await pause(5);
}

const caughtUp = (
  { disk, source }: ReturnType<typeof pipeline>,
) => () => disk.progress !== null && isWhole(disk.progress) && disk.progress.position.offset === source.length;

test("a source that does not answer is named while it lasts, and the log hears of it twice", async () => {
  const source = new MemorySource(history(2, 1), readable, 1, 4);
  let tell: (event: FeedLockEvent) => void = () => undefined;
  const take = source.feedLock.bind(source);
  Object.assign(source, { feedLock: (onEvent: typeof tell) => {
    tell = onEvent;
    return take();
  } });
  const running = pipeline({ source });
  await until(caughtUp(running));
  const error = "mysql 10.0.0.5:3306: connect ECONNREFUSED. Remedy: start the server";
  for (let again = 0; again < 2; again++) tell({ kind: "silent", error });
  expect(statusOf(running.state)).toMatchObject({ state: "retrying", error });
  for (let again = 0; again < 2; again++) tell({ kind: "answers" });
  expect(statusOf(running.state)).toMatchObject({ state: "streaming", error: null });
  expect(running.lines.filter((line) => line.includes("answer")).map((line) => (JSON.parse(line) as { msg: string }).msg))
    .toEqual(["the source does not answer; trying again until it does", "the source answers again"]);
  running.stop.abort();
  await running.ended;
});

test("a store that is away holds up no other, is retried until it answers, and the log hears of it twice", async () => {
  let away = true;
  const down = pipeline({ weather: { before: async () => {
    if (away) throw new Retriable("writing", new Error("connection refused"));
  } } });
  const up = pipeline({});
  await until(caughtUp(up));
  expect(down.disk.progress).toBeNull();
  expect(statusOf(down.state)).toMatchObject({ state: "retrying", error: "writing: connection refused" });
  away = false;
  await until(caughtUp(down));
  expect(statusOf(down.state)).toMatchObject({ state: "streaming", error: null });
  expect(down.disk.live("note").size).toBe(90);
  expect(down.lines.filter((line) => line.includes("answer")).map((line) => (JSON.parse(line) as { msg: string }).msg))
    .toEqual(["the store does not answer; trying again until it does", "the store answers again"]);
  expect(await down.registry.metrics()).toMatch(/sluice_sync_retries_total\{pipeline="memory"\} [1-9]/);
  for (const each of [down, up]) each.stop.abort();
  await Promise.all([down.ended, up.ended]);
});

test("invariant 7: a stop settles what is being written and stores the position; a store that is away does not keep it from "
  + "ending", async () => {
  const writing = pipeline({
    source: new MemorySource(history(300, 3), readable, 1, 4),
    weather: { before: async (what) => void (what === "write" && await pause(3)) },
  });
  await until(() => writing.state.now.position !== null && writing.state.now.position.offset > 20);
  writing.stop.abort();
  await writing.ended;
  expect(statusOf(writing.state).state).toBe("drained");
  const progress = writing.disk.progress!;
  const { offset } = progress.position;
  // Nothing was written that the position does not name, except the beginning of a transaction that a batch had cut.
  expect(Math.floor(writing.disk.live("note").size / 3)).toBe(offset);

  const cutoff = new AbortController();
  const away = pipeline({ cutoff: cutoff.signal, weather: { before: async () => { throw new Retriable("writing", new Error("gone")); } } });
  await until(() => away.state.now.retrying !== null);
  away.stop.abort();
  setTimeout(() => cutoff.abort(), 50);
  await away.ended;
  expect(statusOf(away.state).state).toBe("drained");
  expect(away.disk.progress).toBeNull();
});

test("invariants 1 and 9: too many refusals stop the pipeline, naming the commonest cause, once they are in the dead letters", async () => {
  const refuses = ({ id }: Row) => (Number(id) % 2 === 0 ? `text holds ${id} characters, more than 9`
    : Number(id) % 5 === 0 ? "something else" : null);
  const refused = pipeline({ refuses, limits: { rejections: { rejections: 20, windowMs: 60_000 } } });
  await expect(refused.ended).rejects.toThrow(
    /refused \d+ rows within 60 s, \d+ of them because: text holds \d+ characters, more than 9\. Remedy: /,
  );
  expect(statusOf(refused.state)).toMatchObject({ state: "failed", error: expect.stringMatching(/text holds/) });
  expect(refused.disk.letters.size).toBeGreaterThan(10);
  expect(refused.state.now.deadLetters).toBe(refused.disk.letters.size);
});

test("a paused pipeline holds its position and reads nothing, its lag grows, and it goes on when it is opened again", async () => {
  const source = new MemorySource(history(200, 3), readable, 1, 4);
  const paused = pipeline({ source, weather: { before: async (what) => void (what === "write" && await pause(2)) } });
  await until(() => paused.state.now.currentAt !== null && paused.state.now.position!.offset > 10);
  paused.pauseSwitch.ask("pause");
  expect(await paused.pauseSwitch.reached(true, 60_000)).toBe(true);
  const held = structuredClone(paused.disk.progress);
  const before = statusOf(paused.state);
  expect(before.state).toBe("paused");
  source.grow();
  const length = source.length;
  await pause(60);
  const after = statusOf(paused.state);
  expect([paused.disk.progress, after.rows, source.length]).toEqual([held, before.rows, length]);
  expect(after.lagMs! - before.lagMs!).toBeGreaterThanOrEqual(50);
  paused.pauseSwitch.ask("run");
  await until(caughtUp(paused));
  expect(statusOf(paused.state).state).toBe("streaming");
  expect(paused.disk.live("note").size).toBe(600);

  // It does so during the snapshot too, and twice.
  for (const command of ["drain", "pause", "drain"] as const) {
    paused.pauseSwitch.ask(command);
    expect(await paused.pauseSwitch.reached(true, 60_000)).toBe(true);
    expect(statusOf(paused.state).state).toBe(command === "pause" ? "paused" : "drained");
  }
  paused.stop.abort();
  await paused.ended;
});

test("a snapshot that is paused goes on at the chunk it was at", async () => {
  const source = new MemorySource(history(100, 3), readable, 100, 4);
  source.grow();
  let goOn = (): void => undefined;
  const asked = new Promise<void>((resolve) => { goOn = resolve; });
  // The pipeline is held in the midst of the table until it is paused, however fast the machine is.
  const paused: ReturnType<typeof pipeline> = pipeline({ source, weather: { before: async (what) => {
    if (what === "write") await pause(2);
    if (what === "write" && (paused.state.now.copying?.rows ?? 0) > 20) await asked;
  } } });
  await until(() => (paused.state.now.copying?.rows ?? 0) > 20);
  paused.pauseSwitch.ask("drain");
  goOn();
  expect(await paused.pauseSwitch.reached(true, 60_000)).toBe(true);
  expect(paused.disk.progress).toMatchObject({ copied: { note: { left: expect.any(Array) } } });
  const { rows } = paused.state.now;
  paused.pauseSwitch.ask("run");
  await until(caughtUp(paused));
  expect(paused.state.now.rows - rows).toBeLessThan(300);
  expect(paused.disk.live("note").size).toBe(300);
  paused.stop.abort();
  await paused.ended;
});

test("metrics tell rows by kind, rejections, batches, lag and what waits", async () => {
  const measured = pipeline({ refuses: ({ id }) => (id === "7" ? "no" : null) });
  await until(caughtUp(measured));
  const text = await measured.registry.metrics();
  const value = (name: string) => Number(new RegExp(`^${name.replace(/[{}"]/g, "\\$&")} (\\S+)`, "m").exec(text)?.[1]);
  expect(
    value('sluice_sync_rows_total{pipeline="memory",op="read"}') + value('sluice_sync_rows_total{pipeline="memory",op="create"}'),
  ).toBeGreaterThanOrEqual(89);
  expect(value('sluice_sync_rejections_total{pipeline="memory"}')).toBeGreaterThanOrEqual(1);
  expect(value('sluice_sync_dead_letters{pipeline="memory"}')).toBe(1);
  expect(value('sluice_sync_up{pipeline="memory"}')).toBe(1);
  expect(value('sluice_sync_lag_seconds{pipeline="memory"}')).toBeGreaterThanOrEqual(0);
  expect(value('sluice_sync_batch_rows_count{pipeline="memory"}')).toBeGreaterThan(0);
  measured.stop.abort();
  await measured.ended;
});
