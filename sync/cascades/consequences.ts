import type { Cascade, Change } from "../../schema/change.js";
import { type Entity, type Key, keyOf, keyText, type Row } from "../../schema/entity.js";
import type { Value } from "../../schema/fields.js";
import { type ForeignKey, tablesBelow, valuesOf, valuesText } from "../../schema/foreign-key.js";
import { rewriteVersion, type Version } from "../../schema/position.js";
import type { Suspects } from "../reading/window.js";

/**
 * The rows of the foreign key's table that hold one of these values, as they were when the parent changed. Null if they cannot be found.
 * A row that the store lacks, or holds older than it is, is left out: a copy will read it. So is one that is newer than `version`.
 */
export type FindRows = (
  foreignKey: ForeignKey, values: readonly (readonly Value[])[], version: Version,
) => Promise<readonly Row[] | null>;

/** A table whose rows the store may hold otherwise than MySQL, with all tables below it. */
export interface Doubt {
  readonly table: string;
  /** Whether the store may only hold rows that are gone; otherwise rows may also be older than they are. */
  readonly isGoneOnly: boolean;
  readonly foreignKeys: readonly ForeignKey[];
}

/** From the text of what a parent's columns held to that, and to what they hold now; null if the parent is gone. */
type Pairs = Map<string, { readonly was: readonly Value[]; readonly now: readonly Value[] | null }>;

/** A row before and after one cascade. */
interface Turn {
  readonly entity: Entity;
  readonly key: Key;
  readonly before: Row | null;
  after: Row | null;
  /** How many foreign keys lead from the parent to the row. */
  level: number;
  readonly foundBy: Set<string>;
  /** Whether other rows were found by this one. */
  leadsOn: boolean;
}

/**
 * Derives what foreign keys did, from the rows that the store has at that place in the log.
 * Apart from row events, only foreign keys change rows. So the rows of a store that holds all before this place say all that is needed.
 * What is derived stands right behind the parent's change: newer than all before, older than all after (invariant 4).
 */
export class Derivation {
  readonly suspects: { readonly entity: string; readonly suspects: Suspects }[] = [];
  readonly doubts: Doubt[] = [];
  readonly #levels: Change[][] = [];
  /** By table and key text: the rows that were changed. */
  readonly #changed = new Set<string>();
  /** Tables whose rows are no longer known from here on. */
  readonly #lost = new Set<string>();

  /** `findsAll`: whether no row of the table is left out. Otherwise rows of other tables that went with it are not found either. */
  constructor(readonly entityOf: (table: string) => Entity, readonly find: FindRows, readonly findsAll: (table: string) => boolean) {}

  /**
   * The changes, to be written in this order, each part after the one before it is durable. A row by which others were found comes after
   * them, and a row leaves its key after it has its new one. So a repetition after a crash finds what is left.
   */
  get parts(): readonly (readonly Change[])[] {
    return this.#levels.toReversed().flatMap((level) => [
      level.filter(({ op }) => op === "create"), level.filter(({ op }) => op !== "create"),
    ]).filter((part) => part.length > 0);
  }

  /** Derives what follows. False if a row is among it that was changed already: the caller writes that first, and begins again here. */
  async add(cascade: Cascade): Promise<boolean> {
    const turns = new Turns(), { hits, foreignKeys, version } = cascade;
    let steps = new Map<ForeignKey, Pairs>();
    for (const { foreignKey, was, now } of hits) {
      if (was) pairsOf(steps, foreignKey).set(valuesText(was), { was, now });
      else this.#doubt({ table: foreignKey.entity, isGoneOnly: false, foreignKeys });
    }
    for (let level = 0; steps.size > 0; level++) {
      const next = new Map<ForeignKey, Pairs>();
      for (const [foreignKey, pairs] of steps) await this.#follow(cascade, foreignKey, pairs, level, turns, next);
      steps = next;
    }
    const all = [...turns.all].filter(([, { entity }]) => !this.#lost.has(entity.table));
    if (all.some(([name]) => this.#changed.has(name))) return false;
    for (const [name, turn] of all) {
      this.#changed.add(name);
      while (this.#levels.length <= turn.level) this.#levels.push([]);
      this.#levels[turn.level]!.push(changeOf(turn, rewriteVersion(version)));
    }
    return true;
  }

  async #follow(
    { foreignKeys, version }: Cascade, foreignKey: ForeignKey, pairs: Pairs, level: number, turns: Turns, next: Map<ForeignKey, Pairs>,
  ): Promise<void> {
    const { entity: table, fields } = foreignKey;
    if (this.#lost.has(table)) return;
    const values = [...pairs.values()];
    const isGone = values.every(({ now }) => now === null), someGone = values.some(({ now }) => now === null);
    this.suspects.push({ entity: table, suspects: { fields, values: new Set(pairs.keys()) } });
    const isDerived = values.every(({ now }) => ruleOf(foreignKey, now) !== "copy");
    const found = isDerived ? await this.find(foreignKey, values.map(({ was }) => was), version) : null;
    if (!found) return this.#doubt({ table, isGoneOnly: isGone && onlyRemoves(foreignKeys, foreignKey), foreignKeys });
    const passedOn = foreignKeys.filter((each) => each.parent === table && ((someGone && foreignKey.onDelete === "cascade")
      || each.references.some((name) => fields.includes(name))));
    if (!this.findsAll(table)) {
      for (const each of passedOn) this.#doubt({ table: each.entity, isGoneOnly: isGone && onlyRemoves(foreignKeys, each), foreignKeys });
    }
    const entity = this.entityOf(table);
    const moves = turns.asTheyAre(entity, found, fields, pairs).map((before) => ({
      before, after: changed(before, foreignKey, pairs.get(valuesText(valuesOf(before, fields)!))!.now),
    }));
    if (!turns.take(entity, moves, foreignKey, level, passedOn.length > 0)) {
      return this.#doubt({ table, isGoneOnly: false, foreignKeys });
    }
    for (const { before, after } of moves) for (const each of passedOn) passOn(each, before, after, next);
  }

  #doubt(doubt: Doubt): void {
    this.doubts.push(doubt);
    if (!doubt.isGoneOnly) for (const each of tablesBelow(doubt.foreignKeys, [doubt.table])) this.#lost.add(each);
  }
}

/** The rows that one cascade changes. */
class Turns {
  /** By table and key text. */
  readonly all = new Map<string, Turn>();

  /** These rows as the cascade left them until now, as far as they still hold the values. */
  asTheyAre(entity: Entity, found: readonly Row[], fields: readonly string[], pairs: Pairs): readonly Row[] {
    const holds = (row: Row | null): row is Row => {
      const held = row && valuesOf(row, fields);
      return held !== null && pairs.has(valuesText(held));
    };
    const turned = [...this.all.values()].filter((turn) => turn.entity === entity).map(({ after }) => after);
    return [...found.filter((row) => !this.all.has(nameOf(entity, keyOf(entity, row)))), ...turned.filter(holds)];
  }

  /**
   * Takes what became of rows. False if a row changes again, or takes the key of another that moved: the repetition of a half-written
   * cascade might then end otherwise.
   */
  take(
    entity: Entity, moves: readonly { readonly before: Row; readonly after: Row | null }[], { fields }: ForeignKey, level: number,
    leadsOn: boolean,
  ): boolean {
    let isSafe = true;
    const set = (of: Row, before: Row | null, after: Row | null) => {
      const key = keyOf(entity, of), name = nameOf(entity, key), known = this.all.get(name);
      if (!known) {
        this.all.set(name, { entity, key, before, after, level, foundBy: new Set(fields), leadsOn });
        return;
      }
      const isOther = known.level !== level || !fields.every((field) => known.foundBy.has(field));
      if (isOther && (known.leadsOn || (after !== null && fields.some((field) => after[field] !== null)))) isSafe = false;
      for (const field of fields) known.foundBy.add(field);
      [known.after, known.level, known.leadsOn] = [after, level, known.leadsOn || leadsOn];
    };
    const stays = ({ before, after }: (typeof moves)[number]) =>
      after !== null && keyText(keyOf(entity, before)) === keyText(keyOf(entity, after));
    for (const move of moves) if (!stays(move)) set(move.before, move.before, null);
    for (const move of moves) {
      if (move.after && !stays(move) && this.all.has(nameOf(entity, keyOf(entity, move.after)))) isSafe = false;
      if (move.after) set(move.after, stays(move) ? move.before : null, move.after);
    }
    return isSafe;
  }
}

const nameOf = ({ table }: Entity, key: Key) => `${table}\0${keyText(key)}`;

function changeOf({ entity: { table }, key, before, after, foundBy }: Turn, version: Version): Change {
  const change = { entity: table, key, version, foundBy: [...foundBy] };
  if (!after) return { ...change, op: "delete", before, after };
  return before ? { ...change, op: "update", before, after } : { ...change, op: "create", before, after };
}

function pairsOf(steps: Map<ForeignKey, Pairs>, foreignKey: ForeignKey): Pairs {
  const pairs: Pairs = steps.get(foreignKey) ?? new Map();
  steps.set(foreignKey, pairs);
  return pairs;
}

function ruleOf({ onDelete, onUpdate }: ForeignKey, now: readonly Value[] | null): ForeignKey["onDelete"] {
  return now ? onUpdate : onDelete;
}

/** The row after its parent's change; null if it went with it. */
function changed(row: Row, foreignKey: ForeignKey, now: readonly Value[] | null): Row | null {
  if (!now && foreignKey.onDelete === "cascade") return null;
  const { fields } = foreignKey, follows = now !== null && foreignKey.onUpdate === "cascade";
  return { ...row, ...Object.fromEntries(fields.map((name, i) => [name, follows ? now[i]! : null])) };
}

function passOn(foreignKey: ForeignKey, before: Row, after: Row | null, steps: Map<ForeignKey, Pairs>): void {
  const was = valuesOf(before, foreignKey.references);
  if (!was) return;
  const now = after && foreignKey.references.map((name) => after[name] ?? null);
  if (ruleOf(foreignKey, now) === null || (now && valuesText(was) === valuesText(now))) return;
  pairsOf(steps, foreignKey).set(valuesText(was), { was, now });
}

/** Whether a delete that comes by this key only deletes, as far as it is passed on. */
function onlyRemoves(foreignKeys: readonly ForeignKey[], from: ForeignKey): boolean {
  const reached = new Set([from]);
  for (const each of reached) for (const next of foreignKeys) if (next.parent === each.entity) reached.add(next);
  return [...reached].every(({ onDelete }) => onDelete === "cascade" || onDelete === null);
}
