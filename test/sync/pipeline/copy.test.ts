import pino from "pino";
import { catalog } from "../../../schema/catalog.js";
import type { Change } from "../../../schema/change.js";
import type { Row } from "../../../schema/entity.js";
import { generationOf } from "../../../schema/generation.js";
import { adopted, type Progress, type TableCopy } from "../../../schema/position.js";
import { runPipeline } from "../../../sync/pipeline/pipeline.js";
import { TableAbsent, Unresumable } from "../../../sync/source.js";
import { MemoryDisk, MemorySink, type Weather } from "../../support/memory/memory-sink.js";
import { MemorySource, type Transaction } from "../../support/memory/memory-source.js";
import { pipelineParts } from "../../support/pipeline-parts.js";
import { entity, int64, string } from "../../support/declare.js";

const note = entity("note", {
  description: "A note.", key: ["id"], owner: { kind: "everyone" },
  fields: { id: int64("public", "Key."), text: string(99, "public", "Text.") },
});
const notes = catalog([note]);
const calm: Weather = { before: async () => undefined };
const good = () => null;

const id = (n: number) => String(1000 + n);
const history = (rows: number): Transaction[] => [
  { stamp: 5_000, operations: Array.from({ length: rows }, (_, n) => ({ entity: note, key: [id(n)], row: { id: id(n), text: "a" } })) },
];

function sourceOf(rows: number, unheld: (row: Row) => string | null = good): MemorySource {
  const source = new MemorySource(history(rows), unheld, 1, 5);
  source.grow();
  return source;
}

/** A pipeline that ends by itself once `enough` says so, or when its sink fails. */
async function run(disk: MemoryDisk, source: MemorySource, {
  weather = calm, enough = followed, stopWhenPurged = false,
}: { weather?: Weather; enough?: (progress: Progress) => boolean; stopWhenPurged?: boolean } = {}) {
  const stop = new AbortController();
  const written: Change[] = [];
  const lines: string[] = [];
  const sink = new MemorySink(disk, good, weather, (progress) => {
    if (enough(progress)) stop.abort();
  });
  const { write } = sink;
  sink.write = (changes) => {
    written.push(...changes);
    return write.call(sink, changes);
  };
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push(line) });
  const parts = pipelineParts({ source, sink, catalog: notes, limits: { stopWhenPurged }, log });
  const error = await runPipeline(parts, stop.signal, new AbortController().signal).then(() => null, (reason: Error) => reason);
  return { written, state: parts.state, lines, error };
}

const followed = ({ copied }: Progress) => copied?.note === "done";

test("several ranges of a table are read at once, and after a kill each goes on with the chunk it was in", async () => {
  const [disk, source] = [new MemoryDisk(notes), sourceOf(400)];
  const copiedRows = () => (disk.progress?.copied?.note as TableCopy | undefined)?.rows ?? 0;
  const killed = await run(disk, source, { weather: { before: async (what) => {
    if (what === "commit" && copiedRows() >= 50) throw new Error("killed");
  } } });
  expect(killed.error).toEqual(new Error("killed"));
  const { left, rows } = disk.progress!.copied!.note as TableCopy;
  expect(
    left.filter(({ after }, i) => after !== null && (i === 0 || after.join() !== left[i - 1]!.upTo?.join())).length,
  ).toBeGreaterThanOrEqual(4);
  expect(rows).toBeGreaterThanOrEqual(50);

  const { written } = await run(disk, source);
  expect(written.filter(({ op }) => op === "read")).toHaveLength(400 - rows);
  expect(disk.live("note").size).toBe(400);
});

test("a piece of a copy whose place in the log is lost, because the stream began again, is read again and not passed over", async () => {
  const more = Array.from({ length: 200 }, (_, n): Transaction => ({
    stamp: 6_000 + n, operations: [{ entity: note, key: [id(n % 60)], row: { id: id(n % 60), text: `b${n}` } }],
  }));
  for (let breaks = 2; breaks < 12; breaks++) {
    const source = new MemorySource([...history(60), ...more], good, 1, 5, breaks);
    source.grow();
    const disk = new MemoryDisk(notes);
    expect((await run(disk, source)).error).toBeNull();
    expect(disk.live("note").size).toBe(60);
  }
});

test("a snapshot goes on from what an earlier release stored, the last key copied", async () => {
  const [disk, source] = [new MemoryDisk(notes), sourceOf(100)];
  const head = await source.head();
  disk.prepared.set("note", 0);
  disk.progress = adopted({ phase: "snapshot", head, copied: { note: [id(59)] } });
  const { written } = await run(disk, source);
  expect(written.map(({ key }) => key[0]).sort()).toEqual(Array.from({ length: 40 }, (_, n) => id(60 + n)));

  // The same for a stream, which stored nothing about its tables: all are copied, except those that are absent.
  disk.progress = { position: head, currentAt: 1 };
  expect((await run(disk, source, { enough: followed })).written).toEqual([]);
  disk.progress = { position: head, currentAt: 1 };
  disk.drop(note);
  const { written: again, lines } = await run(disk, source);
  expect(again.map(({ op, version }) => [op, version])).toEqual(Array.from({ length: 100 }, () => ["read", head.version + 1]));
  expect(lines.join("")).toMatch(/"tables":\["note"\],"msg":"the store has lost these tables/);
});

test("the state says how much of a table is copied, of about how much", async () => {
  const [disk, source] = [new MemoryDisk(notes), sourceOf(100)];
  const told: unknown[] = [];
  const { state } = await run(disk, source, { enough: (progress) => {
    told.push(progress.copied?.note);
    return followed(progress);
  } });
  expect(told[0]).toBe("due");
  expect(state.now.copying).toBeNull();
  const copies = told.filter((copy): copy is TableCopy => typeof copy === "object");
  expect(copies.map(({ rows }) => rows)).toEqual([...copies.map(({ rows }) => rows)].sort((a, b) => a - b));
  expect(copies.at(-1)).toMatchObject({ rows: 100, left: [] });
});

class Broken extends MemorySource {
  purges = 1;
  because: "purged" | "lost" = "purged";

  override async *stream(...args: Parameters<MemorySource["stream"]>): ReturnType<MemorySource["stream"]> {
    if (this.purges-- > 0) throw new Unresumable("memory", "1-7", this.because);
    yield* super.stream(...args);
  }
}

function broken(): { readonly source: Broken; readonly disk: MemoryDisk } {
  const source = new Broken(history(50), good, 1, 5);
  source.grow();
  const disk = new MemoryDisk(notes);
  disk.atomsOf({
    op: "create", entity: "note", key: ["7"], before: null, after: { id: "7", text: "deleted in what is lost" }, version: 10,
  }).forEach((atom) => disk.put(atom));
  disk.prepared.set("note", 0);
  const generation = (disk.generation = generationOf(notes, 0));
  disk.progress = { position: { ...source.positionAt(0), version: 20 }, currentAt: 1, generation, copied: { note: "done" } };
  return { source, disk };
}

test("changes of a server that is lost are taken back by a copy of every table, be it in the midst of one, and the letters of rows that "
  + "are gone with them", async () => {
  for (const note of ["done", "due"] as const) {
    const { source, disk } = broken();
    source.because = "lost";
    source.purges = 2;
    disk.progress = { ...disk.progress!, copied: { note } };
    for (const key of ["8", id(1)])
      disk.letters.set(`note\0${key}`, { entity: "note", key: [key], version: 15, reason: "a zero date", change: null, parkedAt: 1 });
    const { error, lines, state } = await run(disk, source, { enough: (progress) => source.purges < 0 && followed(progress) });
    expect(error).toBeNull();
    expect([...disk.live("note").keys()].sort()).toEqual(Array.from({ length: 50 }, (_, n) => id(n)));
    expect([disk.letters.size, state.now.deadLetters]).toEqual([0, 0]);
    expect(lines.join("")).toMatch(/"missing":"1-7","msg":"MySQL no longer has changes this store holds.*so every table is copied again/);
  }
  const unwanted = broken();
  unwanted.source.because = "lost";
  const { error } = await run(unwanted.disk, unwanted.source, { stopWhenPurged: true });
  expect(error?.message).toMatch(
    /does not have changes this store holds: 1-7.*Remedy: name the server that has them.*--on-purged resnapshot/,
  );
});

test("a purged log heals by a copy of every table, while what is there stays; not when the log is purged again meanwhile, nor when "
  + "nobody wants it", async () => {
  const healed = broken();
  const least: number[] = [];
  const { error, lines } = await run(healed.disk, healed.source, {
    enough: (progress) => {
      least.push(healed.disk.live("note").size);
      return followed(progress);
    },
  });
  expect(error).toBeNull();
  expect(Math.min(...least)).toBeGreaterThan(0);
  expect([...healed.disk.live("note").keys()].sort()).toEqual(Array.from({ length: 50 }, (_, n) => id(n)));
  expect(lines.join("")).toMatch(
    /"missing":"1-7","msg":"the binary log no longer has changes this store needs.*cannot be known, so every table is copied again/,
  );

  const outrun = broken();
  outrun.source.purges = 2;
  expect((await run(outrun.disk, outrun.source)).error).toBeInstanceOf(Unresumable);
  const unwanted = broken();
  expect((await run(unwanted.disk, unwanted.source, { stopWhenPurged: true })).error).toBeInstanceOf(Unresumable);
  expect(unwanted.disk.progress).toMatchObject({ copied: { note: "done" } });
});

/**
 * Reports once, when the table is copied, that rows of it may differ. By then one is gone, and another changed, without a trace in the log.
 */
class Doubtful extends MemorySource {
  told = false;
  isCopied = false;

  override async *stream(...args: Parameters<MemorySource["stream"]>): ReturnType<MemorySource["stream"]> {
    for await (const messages of super.stream(...args)) {
      yield messages;
      if (this.told || !this.isCopied || messages[0]?.op !== "idle") continue;
      this.told = true;
      for (const row of [null, { id: id(2), text: "changed" }]) this.behind(note, row ? id(2) : id(1), row);
      const position = { ...this.positionAt(this.committed), version: this.version + 2 };
      yield [{ op: "recopy", entities: ["note"], version: position.version, reason: "a statement that is not understood" }];
      yield [{ op: "commit", position, committedAt: 1 }];
    }
  }
}

test("a table whose rows the log no longer tells is copied again beside the stream, readers keep what is there, and the log says "
  + "why", async () => {
  const source = new Doubtful(history(20), good, 1, 5);
  source.grow();
  const disk = new MemoryDisk(notes);
  const least: number[] = [];
  const { state, lines } = await run(disk, source, {
    enough: (progress) => {
      if (source.told) least.push(disk.live("note").size);
      source.isCopied ||= followed(progress);
      return source.told && progress.position.version > source.version && followed(progress);
    },
  });
  expect(Math.min(...least)).toBeGreaterThanOrEqual(19);
  expect(disk.live("note").has(id(1))).toBe(false);
  expect(disk.live("note").get(id(2))).toEqual({ id: id(2), text: "changed" });
  expect(state.now.recopies).toBe(1);
  expect(lines.join("")).toMatch(
    /"tables":\["note"\],"reason":"a statement that is not understood","msg":"these tables are copied again, while readers keep what is there"/,
  );
});

/** A source whose table is away for the first answers. */
class Away extends MemorySource {
  answers = 0;

  override async *chunk(...args: Parameters<MemorySource["chunk"]>): ReturnType<MemorySource["chunk"]> {
    if (++this.answers < 3) throw new TableAbsent("memory.note does not exist");
    yield* super.chunk(...args);
  }
}

test("a table that is not there is waited for by name, and copied once it is made again", async () => {
  const source = new Away(history(20), good, 1, 5);
  source.grow();
  const disk = new MemoryDisk(notes);
  const { error, lines, state } = await run(disk, source);
  expect([error, state.now.waitsFor, disk.live("note").size]).toEqual([null, null, 20]);
  expect(lines.join("")).toMatch(/"tables":\["note"\],"msg":"these tables are not there; they are copied once they are made again"/);
});
