import { PreflightFailed } from "../../runtime/findings.js";
import type { Catalog } from "../../schema/catalog.js";
import { type Entity, keyText, type Row } from "../../schema/entity.js";
import { type Position, rewriteVersion, type Version } from "../../schema/position.js";
import { Unheld } from "../../schema/unheld.js";
import type { LetterHead, Store, TableSink, Writer } from "../../stores/ports.js";
import { rowsAsOf } from "../reading/rows-as-of.js";
import type { Source } from "../source.js";
import { handWriter } from "../writing/hand-writer.js";
import { type Act, audited } from "./audit-file.js";
import { replacementOf } from "./replacement.js";

/** What the settling of a letter by hand needs; a sync process may run meanwhile. */
export interface LetterActions {
  readonly source: Source;
  /** The same engine, to write to and to read from. */
  readonly sink: TableSink;
  readonly store: Store;
  readonly catalog: Catalog;
  readonly auditFile: string;
  readonly signal: AbortSignal;
}

export interface Settlement {
  /** False: the letter stays, for the reason in `outcome`. */
  readonly settled: boolean;
  readonly outcome: string;
}

/** Why a row that changes at this moment is left alone: if the store refuses it again it has a new letter, else its letter is settled. */
const changing = "it has changed meanwhile, and its pipeline brings it as it is now";

/**
 * Writes each row as MySQL has it now, and deletes a row that is gone there.
 * The row stands at its place in the log, so it does not matter how far the pipeline is. What was committed before the row was read is in
 * it and loses to it; what is committed later is newer (invariants 3 and 4).
 * @returns one settlement a letter, in their order
 */
export async function retryLetters(actions: LetterActions, letters: readonly LetterHead[]): Promise<readonly Settlement[]> {
  const writer = await handWriter(actions.sink, actions.catalog);
  const settlements = new Map<LetterHead, Settlement>();
  for (const entity of actions.catalog.entities) {
    const of = letters.filter((letter) => letter.entity === entity.table);
    if (of.length === 0) continue;
    const { rows, version } = await rowsAsOf(actions.source, await positionOf(actions), entity, of.map(({ key }) => key), actions.signal);
    for (const [i, letter] of of.entries()) {
      const row = rows[i];
      const at = Math.max(version, rewriteVersion(letter.version));
      settlements.set(letter, row === undefined ? { settled: false, outcome: changing }
        : row instanceof Unheld ? { settled: false, outcome: row.reason } : await write(actions, writer, letter, "retry", row, at));
    }
  }
  return letters.map((letter) => settlements.get(letter)!);
}

/** Writes another row in place of the refused one, until MySQL's own changes. @throws PreflightFailed when that is not allowed */
export async function editLetter(actions: LetterActions, letter: LetterHead, given: unknown): Promise<Settlement> {
  const entity = actions.catalog.entity(letter.entity);
  const row = await rowNow(actions, letter);
  const refuse = (
    problem: string, remedy: string,
  ) => new PreflightFailed([{ where: `${letter.entity} ${keyText(letter.key)}`, problem, remedy }]);
  if (row === null) throw refuse("MySQL has no such row any more", "retry the letter: that takes the row out of the store");
  const writeEdited = async (edited: Row) => write(
    actions, await handWriter(actions.sink, actions.catalog), letter, "edit", edited, rewriteVersion(letter.version),
  );
  const places = [...new Set(entity.lookups.flatMap(({ by, orderBy }) => [by, orderBy]))];
  if (row instanceof Unheld) {
    // The row's next change will have no before image that can be read, so nothing would remove the lookups' entries again.
    if (places.length > 0) throw refuse(
      `${row.reason}, and ${entity.table} is listed in lookups`, "correct the row in MySQL; the letter then settles by itself",
    );
    return writeEdited(replacementOf(entity, letter.key, {}, given));
  }
  const replacement = replacementOf(entity, letter.key, row, given);
  const moved = places.filter((name) => replacement[name] !== row[name]);
  if (moved.length > 0) throw refuse(
    `${moved.join(" and ")} would move it within lookups`, "leave these fields as MySQL has them, or change them in MySQL",
  );
  return writeEdited(replacement);
}

/** Settles the letter and writes nothing: the store goes without the row until it changes again. */
export async function skipLetter(actions: LetterActions, letter: LetterHead): Promise<Settlement> {
  const held = await heldRow(actions, actions.catalog.entity(letter.entity), letter);
  return audited(actions.auditFile, actOf(actions, letter, "skip", held, held), async () => {
    await actions.sink.deadLetters.settle([letter]);
    return { settled: true, outcome: "skipped" };
  });
}

async function write(
  actions: LetterActions, writer: Writer, letter: LetterHead, act: Act["act"], row: Row | null, version: Version,
): Promise<Settlement> {
  const { sink, signal, auditFile } = actions;
  const { entity, key } = letter;
  const held = await heldRow(actions, actions.catalog.entity(entity), letter);
  return audited(auditFile, actOf(actions, letter, act, held, row), async () => {
    const change = { op: row ? "create" : "delete", entity, key, before: null, after: row, version } as const;
    const [refused] = await writer.write([change], signal);
    if (refused) return { settled: false, outcome: refused.reason };
    // Only up to its own version: a letter parked meanwhile for a newer change stays (invariant 1).
    await sink.deadLetters.settle([letter]);
    return { settled: true, outcome: row ? "written" : "deleted, as in MySQL" };
  });
}

/**
 * How far the store is.
 * @throws PreflightFailed when the server is behind it, as a replica can be: its rows could be older than what was refused
 */
async function positionOf({ source, store }: LetterActions): Promise<Position> {
  const { position } = (await store.progress())!;
  if (!source.reached(await source.head(), position)) {
    throw new PreflightFailed([{
      where: source.name, problem: `it does not have yet what ${store.name} already holds`,
      remedy: "wait until it has caught up, or name the server that sync follows",
    }]);
  }
  return position;
}

async function rowNow(actions: LetterActions, { entity, key }: LetterHead): Promise<Row | Unheld | null> {
  await positionOf(actions);
  return (await actions.source.rows(actions.catalog.entity(entity), [key]))[0]!;
}

async function heldRow({ store }: LetterActions, entity: Entity, { key }: LetterHead): Promise<Row | null> {
  return (await store.rows?.get(entity, [key]))?.[0] ?? null;
}

function actOf(
  { sink }: LetterActions, { entity, key, version, reason }: LetterHead, act: Act["act"], before: Row | null, after: Row | null,
): Act {
  return { act, store: sink.name, entity, key, version, reason, before, after };
}
