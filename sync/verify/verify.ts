import type { Catalog } from "../../schema/catalog.js";
import type { Entity, Key } from "../../schema/entity.js";
import type { Store } from "../../stores/ports.js";
import type { Source } from "../source.js";
import { caughtUp } from "./comparing/caught-up.js";
import { ChangeLog } from "./comparing/change-log.js";
import { Pace } from "./comparing/pace.js";
import type { Repairer } from "./comparing/repairer.js";
import { Checksums, digestOf } from "./comparing/section-checksums.js";
import { Sections } from "./comparing/sections.js";
import { keptIn, type Side } from "./comparing/side.js";
import { differing } from "./inspecting/differing.js";
import { lookAtUnheld, mostUnheld } from "./inspecting/unheld.js";
import { repair } from "./repair.js";
import { type Content, contentsOf, isIn } from "./report/contents.js";
import type { Report } from "./report/report.js";
import { Tally } from "./report/tally.js";

export interface VerifyParts {
  readonly source: Source;
  readonly stores: readonly Store[];
  readonly catalog: Catalog;
  /** How long to wait for a store to hold what is committed. 0 compares with the source as it is, however far the store is. */
  readonly waitMs: number;
  /** How many rows a second are read at most, from the source and from each store; null as fast as it goes. */
  readonly rowsPerSecond?: number | null;
  /** For each store, what its repair needs. A store without one is not repaired. */
  readonly repairers?: ReadonlyMap<Store, Repairer>;
  /** Called now and then with how many rows and entries have been read so far, on both sides, and about how many there are. */
  readonly onProgress?: (read: number, total: number) => void;
}

/**
 * Compares every table with each store, rows and entries of lookups. It reads each side once, in
 * sections of the key, and reduces it to checksums.
 * Where these differ, it compares rows by value, and looks again behind a fence at what differs. So writes that go on meanwhile do not
 * count as differences. It holds one chunk and the checksums at a time.
 * @throws NotCurrent when a store does not catch up in time
 */
export async function verify(parts: VerifyParts, signal: AbortSignal): Promise<Report> {
  const { source, stores, catalog, waitMs, rowsPerSecond = null, repairers, onProgress } = parts;
  if (waitMs > 0) await caughtUp(source, stores, waitMs, signal);
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  const tally = new Tally(stores, catalog);
  const log = new ChangeLog(source, either);
  const pace = new Pace(rowsPerSecond, either);
  const sides = stores.map((store): Side => {
    if (!store.rows) throw new Error(`${store.name} cannot be asked for rows by key, so it cannot be verified`);
    return {
      source, log, store, waitMs, paces: { source: pace, store: new Pace(rowsPerSecond, either) }, tally, repairer: repairers?.get(store),
      signal: either,
    };
  });
  const total = onProgress ? await totalOf(source, stores, catalog) : 0;
  let read = 0;
  const progress = (rows: number) => onProgress?.(read += rows, total);
  for (const entity of catalog.entities) {
    const wanted = await readSource(source, entity, stores.flatMap((store) => contentsOf(store, entity)), pace, either, progress);
    await all(sides.map((side) => compareStore(side, entity, wanted, progress, failure)), failure);
  }
  return tally.report();
}

async function totalOf(source: Source, stores: readonly Store[], { entities }: Catalog): Promise<number> {
  let total = 0;
  for (const entity of entities) {
    const contents = stores.flatMap((store) => contentsOf(store, entity)).length;
    total += (await source.survey(entity, 1)).rows * (1 + contents);
  }
  return total;
}

interface Wanted {
  readonly sections: Sections;
  /** The first rows with values that the catalog's types cannot hold. */
  readonly unheld: readonly Key[];
  of(content: Content): Checksums;
}

/** Reads the checksums that a store must have, for every content. */
async function readSource(
  source: Source, entity: Entity, contents: readonly Content[], pace: Pace, signal: AbortSignal, progress: (rows: number) => void,
): Promise<Wanted> {
  const sections = new Sections(entity);
  const shape = ({ lookup, fields }: Content) => `${lookup?.by ?? ""} ${fields.join()}`;
  const sumsOf = new Map(contents.map((content) => [shape(content), { content, spelling: content.fields.join(), sums: new Checksums() }]));
  const shapes = [...sumsOf.values()];
  const unheld: Key[] = [];
  for await (const chunk of source.snapshot(entity, null, signal)) {
    if (sections.next(chunk.at(-1)!.key)) for (const { sums } of shapes) sums.halve();
    for (const message of chunk) {
      if (message.op === "unheld" && unheld.length < mostUnheld) unheld.push(message.key);
      if (message.op === "unheld" || !message.after) continue;
      const section = sections.of(message.key);
      const digests = new Map<string, Buffer>();
      for (const { content, spelling, sums } of shapes) {
        if (!isIn(content, message.after)) continue;
        const digest = digests.get(spelling) ?? digestOf(content.fields, message.key, message.after);
        digests.set(spelling, digest);
        sums.add(section, digest);
      }
    }
    progress(chunk.length);
    await pace.spent(chunk.length);
  }
  signal.throwIfAborted();
  return { sections, unheld, of: (content) => sumsOf.get(shape(content))!.sums };
}

/** When one work fails, the others end too. Resolves or rejects once nothing is under way any more. */
async function all(works: readonly Promise<void>[], failure: AbortController): Promise<void> {
  const results = await Promise.allSettled(works.map((work) => work.catch((error: unknown) => {
    failure.abort(error);
    throw error;
  })));
  for (const result of results) if (result.status === "rejected") throw failure.signal.reason;
}

/**
 * Compares a table's lookups side by side, because most of the time is spent waiting at fences. While repairing, it takes one after
 * another, because rows take their entries along.
 */
async function compareStore(
  side: Side, entity: Entity, wanted: Wanted, progress: (rows: number) => void, failure: AbortController,
): Promise<void> {
  const contents = contentsOf(side.store, entity);
  if (side.repairer) for (const content of contents) await compareContent(side, content, wanted, progress);
  else await all(contents.map((content) => compareContent(side, content, wanted, progress)), failure);
  await lookAtUnheld(side, entity, wanted.unheld);
}

async function compareContent(side: Side, content: Content, { sections, of }: Wanted, progress: (rows: number) => void): Promise<void> {
  const { store, tally, repairer } = side;
  const held = new Checksums();
  for await (const kept of keptIn(side, content, () => true)) {
    for (const { key, row } of kept) held.add(sections.of(key), digestOf(content.fields, key, row));
    progress(kept.length);
  }
  const wanted = of(content);
  tally.counted(store, content.entity, content.lookup ? "entries" : "rows", content.lookup ? held.rows : wanted.rows);
  for await (const deviations of differing(side, { content, sections, differing: wanted.differing(held) })) {
    const { left, repaired } = repairer ? await repair(side, repairer, content, deviations) : { left: deviations, repaired: [] };
    tally.found(left);
    tally.repaired(repaired);
  }
}
