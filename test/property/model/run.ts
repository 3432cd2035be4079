import { entryOf, lookupTable, type Row } from "../../../schema/entity.js";
import { isWhole, type Progress } from "../../../schema/position.js";
import type { TableSink } from "../../../stores/ports.js";
import { runPipeline } from "../../../sync/pipeline/pipeline.js";
import type { Source } from "../../../sync/source.js";
import type { PipelineState } from "../../../sync/state/state.js";
import { type Kind, MemoryDisk, MemorySink, type Weather } from "../../support/memory/memory-sink.js";
import { MemorySource } from "../../support/memory/memory-source.js";
import { pipelineParts, smallBatches } from "../../support/pipeline-parts.js";
import { instead } from "./instead.js";
import { Reader } from "./reader.js";
import { Turns } from "./turns.js";
import { Violation } from "./violation.js";
import { type History, refused, things, unheld } from "./world.js";

/** A part of the system with a planted mistake, to see whether the promises notice it. */
export interface Mutant {
  source?(source: MemorySource): Source;
  sink?(sink: TableSink): TableSink;
  disk?(kind: Kind): MemoryDisk;
  /** Changes the product's own code, until it is disposed of. */
  begin?(): Disposable;
}

class Crash extends Error {}

/** Lets `effects` happen, each after a while of its own, and then none any more: a SIGKILL between two effects. */
function weather(effects: number, slowness: number, dice: () => number, onEffect: () => void): Weather {
  let left = effects;
  return {
    async before() {
      for (let turns = dice() * slowness; turns > 0; turns--) await new Promise(setImmediate);
      if (--left < 0) throw new Crash();
      onEffect();
    },
  };
}

/**
 * Runs sync over a history: era after era, each ended by a crash, the last one to its end.
 * @throws Violation at the first broken promise
 */
export async function runHistory(
  { kind, transactions, leftovers, eras, dice, growth, chunk, rows, atOnce, breaks, family }: History, mutant: Mutant = {},
): Promise<void> {
  const catalog = family?.catalog ?? things;
  const source = new MemorySource(transactions, unheld, growth, chunk, breaks, family?.foreignKeys);
  const disk = mutant.disk?.(kind) ?? new MemoryDisk(catalog, kind);
  for (const [i, row] of leftovers.entries()) {
    for (const atom of disk.atomsOf({
      op: "create", entity: "item", key: [row.id as string], before: null, after: row, version: 500 + i,
    })) disk.put(atom);
  }
  const reader = new Reader(source, disk);
  const put = disk.put.bind(disk);
  const running = new Set<PipelineState>();
  const turns = new Turns();
  disk.put = (atom) => {
    put(atom);
    reader.look(atom.table, atom.place);
  };
  let thrown = 0;
  const roll = () => dice[thrown++ % dice.length]!;
  const limits = smallBatches(rows, atOnce);

  async function sync(effects: number, slowness: number, turnEnds = Infinity): Promise<void> {
    let holder: { isCommitting: boolean } | null = null;
    const stop = new AbortController();
    let last = disk.progress;
    const inner = new MemorySink(disk, refused, weather(effects, slowness, roll, () => {
      if (--turnEnds === 0) turns.pass();
    }), (progress) => {
      holds(source, disk, last, progress);
      last = structuredClone(progress);
      if (isWhole(progress) && progress.position.offset === source.length) stop.abort();
    });
    const commit = inner.storeProgress.bind(inner);
    inner.storeProgress = (progress) => commit(progress).finally(() => { if (holder) holder.isCommitting = false; });
    const own = instead<Source>(mutant.source?.(source) ?? source, {
      async feedLock(onEvent, signal) {
        const turn = await turns.take((holder) => onEvent({ kind: "waiting", holder }), AbortSignal.any([signal]), async () => {
          for (let wait = roll() * slowness * 4; wait > 0; wait--) await new Promise(setImmediate);
        });
        holder = turn.holder;
        return turn;
      },
    });
    const parts = pipelineParts({ source: own, sink: mutant.sink?.(inner) ?? inner, catalog, limits });
    running.add(parts.state);
    await runPipeline(parts, stop.signal, new AbortController().signal).catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
    running.delete(parts.state);
    reader.tell();
  }
  for (const { effects, slowness, partner } of eras) await Promise.all([
    sync(effects, slowness, partner?.begins), partner && sync(partner.effects, partner.slowness),
  ]);
  await sync(Infinity, 1);
  equal(source, disk, eras.some(({ partner }) => partner !== null));
}

/** Checks what must be true whenever a process stores progress; `before` is what it stored, or found, before. */
function holds(source: MemorySource, disk: MemoryDisk, before: Progress | null, progress: Progress): void {
  const must = (of: Violation["of"], is: boolean, what: string) => {
    if (!is) throw new Violation(of, `${what}: ${JSON.stringify(before)} then ${JSON.stringify(progress)}`);
  };
  if (before) {
    must(
      "shrinks", progress.position.offset >= before.position.offset && progress.position.version >= before.position.version,
      "a position went back",
    );
    must("shrinks", progress.currentAt >= before.currentAt, "it is less current");
  }
  must("within", progress.position.version >= source.positionAt(progress.position.offset).version, "it is no end of a transaction");
  for (const [name, { version, gone }] of source.versionsUpTo(progress.position)) {
    const [table, place] = name.split("\0") as [string, string];
    // Rows that were there when their table's copy began come with the copy.
    const copy = progress.copied?.[table] ?? "due";
    if (copy !== "done" && (copy === "due" || version < copy.version)) continue;
    const cell = disk.tables.get(table)?.get(place);
    const settled = (cell && cell.version >= version) || (disk.letters.get(name)?.version ?? -1) >= version
      || (gone && !cell?.row) || (!cell?.row && source.goneAfter(table, place, version));
    if (!settled) throw new Violation(
      "too early", `${table} ${place} of version ${version} is neither in the sink nor in its dead letters`,
    );
  }
}

/**
 * Checks that nothing is lost, nothing older stands in the place of something newer, and no entry is left behind.
 * When two processes wrote at once, a letter of an overtaken row may be left: neither process knew the other's letters.
 */
export function equal(source: MemorySource, disk: MemoryDisk, together = false): void {
  const same = (of: Violation["of"], is: Iterable<readonly [string, Row]>, wanted: Iterable<readonly [string, Row]>) => {
    if (sorted(is) !== sorted(wanted)) throw new Violation(of, `there is ${sorted(is)}, wanted is ${sorted(wanted)}`);
  };
  const letters: string[] = [];
  for (const of of disk.catalog.entities) {
    const all = [...source.table(of)];
    const good = all.filter(([, row]) => unheld(row) === null && refused(row) === null);
    letters.push(...all.filter((each) => !good.includes(each)).map(([place]) => `${of.table}\0${place}`));
    same("rows", disk.live(of.table), good);
    for (const lookup of of.lookups) {
      const listed = good.filter(([, row]) => row[lookup.by] !== null);
      same(
        "entries", disk.live(lookupTable(of, lookup)),
        listed.map(([, row]) => [JSON.stringify([row[lookup.by], ...entryOf(of, lookup, row)]), row]),
      );
    }
  }
  const held = [...disk.letters.keys()].filter((name) => !together || letters.includes(name));
  if (held.sort().join() !== letters.sort().join()) throw new Violation(
    "letters", `there are ${held.join()}, wanted are ${letters.join()}`,
  );
}

function sorted(rows: Iterable<readonly [string, Row]>): string {
  return JSON.stringify([...rows].map(([place, row]) => [place, Object.entries(row).sort()] as const).sort(([a], [b]) => (a < b ? -1 : 1)));
}
