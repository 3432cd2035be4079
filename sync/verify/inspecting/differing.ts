import { type Key, keyOf } from "../../../schema/entity.js";
import type { Sections } from "../comparing/sections.js";
import { keptIn, piece, rowsAtSource, type Side, sourceRowsIn } from "../comparing/side.js";
import { type Content, isIn, sameIn } from "../report/contents.js";
import type { Deviation } from "../report/report.js";
import { lookAtEntries, type Suspect } from "./entries.js";
import { lookAtRows } from "./rows.js";

/** Where to look closer: sections whose checksums differ. */
export interface Doubt {
  readonly content: Content;
  readonly sections: Sections;
  readonly differing: ReadonlySet<number>;
}

/** Goes through the sections row by row, both ways, and yields what is different, in pieces. */
export async function* differing(side: Side, doubt: Doubt): AsyncGenerator<readonly Deviation[]> {
  const { content } = doubt;
  const { lookup } = content;
  if (lookup) yield* inPieces(suspectEntries(side, doubt), (suspects) => lookAtEntries(side, { ...content, lookup }, suspects));
  else yield* inPieces(suspectRows(side, doubt), (keys) => lookAtRows(side, content, keys));
}

async function* suspectRows(side: Side, { content, sections, differing: asked }: Doubt): AsyncGenerator<readonly Key[]> {
  const { entity, fields } = content;
  for await (const rows of sourceRowsIn(side, content, sections, asked)) {
    const keys = rows.map((row) => keyOf(entity, row));
    const held = await side.store.rows!.get(entity, keys);
    await side.paces.store.spent(keys.length);
    yield keys.filter((_, i) => !sameIn(fields, rows[i]!, held[i]!));
  }
  // The rows of the source are compared by now; next come keys that the source lacks.
  for await (const kept of keptIn(side, content, (key) => asked.has(sections.of(key)))) {
    const rows = await rowsAtSource(side, content, kept.map(({ key }) => key));
    yield kept.filter((_, i) => rows[i] === null).map(({ key }) => key);
  }
}

async function* suspectEntries(side: Side, { content, sections, differing: asked }: Doubt): AsyncGenerator<readonly Suspect[]> {
  const { entity, fields } = content;
  const lookup = content.lookup!;
  for await (const kept of keptIn(side, content, (key) => asked.has(sections.of(key)))) {
    const rows = await rowsAtSource(side, content, kept.map(({ key }) => key));
    yield kept.filter(({ row: entry }, i) => !isIn(content, rows[i]!) || !sameIn(fields, rows[i]!, entry)).map(({ row }) =>
      ({ what: "wrong", entry: row }));
  }
  for await (const rows of sourceRowsIn(side, content, sections, asked)) {
    const wanted = rows.filter((row) => isIn(content, row));
    const held = await side.store.audit.entriesAt(entity, lookup, wanted);
    await side.paces.store.spent(wanted.length);
    yield wanted.filter((_, i) => held[i] === null).map((row): Suspect => ({ what: "missing", entry: row }));
  }
}

/** Looks at the suspects whenever enough have come together, and at the end. */
async function* inPieces<T>(
  suspects: AsyncIterable<readonly T[]>, look: (suspects: readonly T[]) => Promise<readonly Deviation[]>,
): AsyncGenerator<readonly Deviation[]> {
  let waiting: T[] = [];
  for await (const some of suspects) {
    waiting.push(...some);
    if (waiting.length < piece) continue;
    yield await look(waiting);
    waiting = [];
  }
  if (waiting.length > 0) yield await look(waiting);
}
