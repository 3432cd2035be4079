import { type Key, keyText, type Row } from "../../../schema/entity.js";
import { isWhole, type Progress } from "../../../schema/position.js";
import type { LogSink } from "../../../stores/log-sink.js";
import { Retriable } from "../../../stores/ports.js";
import { runPipeline } from "../../../sync/pipeline/pipeline.js";
import type { Source } from "../../../sync/source.js";
import { type LogRecord, type LogWeather, MemoryLog, MemoryLogDisk, partitionOf } from "../../support/memory/memory-log.js";
import { MemorySource } from "../../support/memory/memory-source.js";
import { pipelineParts, smallBatches } from "../../support/pipeline-parts.js";
import { instead } from "./instead.js";
import { Turns } from "./turns.js";
import { Violation } from "./violation.js";
import { type History, refused, things, unheld } from "./world.js";

/** A part of the system with a planted mistake. */
export interface LogMutant {
  source?(source: MemorySource): Source;
  sink?(sink: LogSink): LogSink;
  readonly disk?: () => MemoryLogDisk;
}

class Crash extends Error {}

/** Runs the pipeline of a log over a history, era after era, each ended by a crash, and as a reader checks what is committed. */
export async function runLogHistory(history: History, silences: readonly number[], mutant: LogMutant = {}): Promise<void> {
  const { transactions, eras, dice, growth, chunk, rows, breaks } = history;
  const source = new MemorySource(transactions, unheld, growth, chunk, breaks);
  const disk = mutant.disk?.() ?? new MemoryLogDisk();
  const reader = new LogReader(source, disk);
  const turns = new Turns();
  let [thrown, effects, silence] = [0, 0, 0];
  const roll = () => dice[thrown++ % dice.length]!;

  /** Lets `most` effects happen and then none any more. Now and then an effect is not answered, whether it happened or not. */
  const weather = (most: number, slowness: number): LogWeather => {
    let left = most;
    return {
      async before() {
        for (let wait = roll() * slowness; wait > 0; wait--) await new Promise(setImmediate);
        if (--left < 0) throw new Crash();
        if (++effects !== silences[silence]) return;
        [silence, effects] = [silence + 1, 0];
        throw new Retriable("appending", new Error("no answer"));
      },
    };
  };

  async function sync(most: number, slowness: number, turnEnds = Infinity): Promise<void> {
    const stop = new AbortController();
    let left = turnEnds;
    const inner = new MemoryLog(disk, refused, weather(most, slowness));
    const watched = instead<LogSink>(inner, {
      async append(group, progress, signal) {
        if (--left === 0) turns.pass();
        const rejections = await inner.append(group, progress, signal);
        if (progress && isWhole(progress) && progress.position.offset === source.length) stop.abort();
        return rejections;
      },
    });
    const own = instead<Source>(mutant.source?.(source) ?? source, {
      async feedLock(onEvent, signal) {
        return turns.take((holder) => onEvent({ kind: "waiting", holder }), signal, async () => {
          for (let wait = roll() * slowness * 4; wait > 0; wait--) await new Promise(setImmediate);
        });
      },
    });
    const parts = pipelineParts({ source: own, sink: mutant.sink?.(watched) ?? watched, catalog: things, limits: smallBatches(rows, 1) });
    await runPipeline(parts, stop.signal, new AbortController().signal).catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
    reader.look();
  }
  for (const { effects, slowness, partner } of eras) await Promise.all([
    sync(effects, slowness, partner?.begins), partner && sync(partner.effects, partner.slowness),
  ]);
  await sync(Infinity, 1);
  reader.atEnd();
}

const lineOf = ({ op, ...of }: { readonly op: string; readonly entity: string; readonly version: number; readonly key?: Key }) =>
  `${op === "truncate" ? op : keyText(of.key!)} of ${of.entity} at ${of.version}`;

/** Reads what is committed after each commit, as a reader of each partition would. */
class LogReader {
  #read = 0;
  #first: Progress | null = null;
  #violation: Violation | null = null;
  /** What a reader makes of the log: the rows, and how far in its own life each row was seen. */
  readonly #rows = new Map<string, Row>();
  readonly #lives = new Map<string, number>();

  constructor(readonly source: MemorySource, readonly disk: MemoryLogDisk) {
    const commit = disk.commit.bind(disk);
    disk.commit = (records, letters, progress) => {
      commit(records, letters, progress);
      this.#first ??= progress;
      this.#seen(() => this.#follow());
    };
  }

  /** @throws the first violation */
  look(): void {
    if (this.#violation) throw this.#violation;
  }

  /** @throws Violation when what a reader made of the log is not what the source has, or the letters do not say why */
  atEnd(): void {
    const sorted = (lines: Iterable<string>) => [...lines].sort().join("\n");
    const all = things.entities.flatMap((of) => [...this.source.table(of)].map(([place, row]) => [`${of.table}\0${place}`, row] as const));
    const good = all.filter(([, row]) => visible(row) !== "-");
    const [is, wanted] = [[...this.#rows], good].map((rows) => sorted(rows.map(([name, row]) => `${name} ${visible(row)}`)));
    if (is !== wanted) throw new Violation("rows", `a reader has ${is}, wanted is ${wanted}`);
    const [letters, bad] = [sorted(this.disk.letters.keys()), sorted(all.filter((each) => !good.includes(each)).map(([name]) => name))];
    if (letters !== bad) throw new Violation("letters", `there are ${letters}, wanted are ${bad}`);
  }

  #seen(check: () => void): void {
    try {
      check();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      this.#violation ??= error;
    }
  }

  #follow(): void {
    const { position } = this.disk.progress!;
    const logged = this.source.logged(this.#first!.position.offset, position.offset)
      .filter((m) => m.op !== "commit" && m.op !== "recopy" && m.op !== "cascade" && m.op !== "idle" && m.op !== "connected");
    for (const partition of [0, 1, 2]) {
      const wanted = logged.filter((m) => m.op === "truncate" || partitionOf(m as { entity: string; key: Key }) === partition).map(lineOf);
      const is = this.disk.records.flatMap((record) => (record.partition === partition ? changeIn(record) : [])).map(lineOf);
      if (is.join() !== wanted.join()) throw new Violation(
        "once", `up to ${position.offset}, partition ${partition} has ${is.join()}, wanted is ${wanted.join()}`,
      );
    }
    for (; this.#read < this.disk.records.length; this.#read++) this.#take(this.disk.records[this.#read]!);
  }

  #take({ partition, entry }: LogRecord): void {
    if (entry.op === "commit") return;
    if (entry.op === "truncate") {
      for (const name of [...this.#rows.keys()]) if (name.startsWith(`${entry.entity}\0`)) {
        const key = name.split("\0")[1]!.split(",");
        if (partitionOf({ entity: entry.entity, key }) === partition) this.#becomes(entry.entity, key, null);
      }
      return;
    }
    this.#becomes(entry.entity, entry.key, entry.after);
  }

  #becomes(entity: string, key: Key, row: Row | null): void {
    const name = `${entity}\0${keyText(key)}`;
    if (row) this.#rows.set(name, row);
    else this.#rows.delete(name);
    const life = this.source.statesOf(entity, keyText(key)).map(visible), from = this.#lives.get(name) ?? 0;
    const at = life.indexOf(visible(row), from);
    if (at < 0) throw new Violation("reader", `${name} was at ${from} of ${life.join()} and is now ${visible(row)}`);
    this.#lives.set(name, at);
  }
}

/** Rows of copies are not changes of the source's log; a record in place of a refused change is that change. */
function changeIn({ entry }: LogRecord) {
  return entry.op === "commit" || entry.op === "read" || isOfCopy(entry) ? [] : [entry];
}

/** In place of a row that a copy read: its version is odd. */
function isOfCopy({ version }: { readonly version: number }): boolean {
  return version % 2 === 1;
}

function visible(row: Row | null): string {
  return row === null || unheld(row) !== null || refused(row) !== null ? "-" : JSON.stringify(Object.entries(row).sort());
}
