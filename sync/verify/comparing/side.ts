import { type Key, keyOf, type Row } from "../../../schema/entity.js";
import type { Kept, Store } from "../../../stores/ports.js";
import type { Source } from "../../source.js";
import type { Content } from "../report/contents.js";
import type { Tally } from "../report/tally.js";
import type { ChangeLog } from "./change-log.js";
import { heldRows } from "./held-rows.js";
import type { Pace } from "./pace.js";
import type { Repairer } from "./repairer.js";
import type { Sections } from "./sections.js";

/** What the comparison of the source with one store works with. */
export interface Side {
  readonly source: Source;
  readonly log: ChangeLog;
  readonly store: Store;
  /** 0: compare at once, however far the store is. */
  readonly waitMs: number;
  readonly paces: { readonly source: Pace; readonly store: Pace };
  readonly tally: Tally;
  readonly repairer: Repairer | undefined;
  readonly signal: AbortSignal;
}

/** How many rows are asked for by key at once. */
export const piece = 500;

/** What the store keeps in the sections that are asked for. */
export async function* keptIn({ store, paces }: Side, content: Content, isAsked: (key: Key) => boolean): AsyncGenerator<readonly Kept[]> {
  for await (const kept of everything(store, content)) {
    await paces.store.spent(kept.length);
    const asked = kept.filter(({ key }) => isAsked(key));
    for (let from = 0; from < asked.length; from += piece) yield asked.slice(from, from + piece);
  }
}

async function* everything({ audit }: Store, { entity, lookup }: Content): AsyncGenerator<readonly Kept[]> {
  if (!lookup) yield* audit.rows(entity);
  else for await (const entries of audit.entries(entity, lookup)) yield entries.map((row) => ({ key: keyOf(entity, row), row }));
}

/** The source's rows of these sections, read again. */
export async function* sourceRowsIn(
  { source, paces, signal }: Side, { entity }: Content, sections: Sections, asked: ReadonlySet<number>,
): AsyncGenerator<readonly Row[]> {
  const runs = [...asked].sort((a, b) => a - b);
  while (runs.length > 0) {
    const first = runs[0]!;
    let last = first;
    while (runs[0] === last || runs[0] === last + 1) last = runs.shift()!;
    for await (const chunk of source.snapshot(entity, { after: sections.beginsAfter(first), upTo: null }, signal)) {
      await paces.source.spent(chunk.length);
      const isAsked = (key: Key) => sections.of(key) >= first && sections.of(key) <= last;
      const rows = chunk.flatMap((message) => (message.op !== "unheld" && message.after && isAsked(message.key) ? [message.after] : []));
      for (let from = 0; from < rows.length; from += piece) yield rows.slice(from, from + piece);
      if (sections.of(chunk.at(-1)!.key) > last) break;
    }
  }
}

export async function rowsAtSource({ source, paces }: Side, { entity }: Content, keys: readonly Key[]): Promise<readonly (Row | null)[]> {
  const rows = await heldRows(source, entity, keys);
  await paces.source.spent(keys.length);
  return rows;
}
