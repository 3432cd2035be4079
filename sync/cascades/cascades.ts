import { Notifier } from "../../runtime/notifier.js";
import type { Cascade, Message } from "../../schema/change.js";
import { type Key, keyOf, keyText, type Row } from "../../schema/entity.js";
import { tablesBelow, valuesOf, valuesText } from "../../schema/foreign-key.js";
import type { Version } from "../../schema/position.js";
import type { TableSink } from "../../stores/ports.js";
import type { Copies } from "../progress/copies.js";
import type { Interleaving } from "../reading/interleaving.js";
import type { PipelineParts } from "../writing/parts.js";
import type { LetterBox } from "../writing/rejections.js";
import { Derivation, type Doubt, type FindRows } from "./consequences.js";

/** A cascade that changes more rows of a table at once has the table copied again: they would not fit into memory. */
const mostRows = 50_000;
const atOnce = 1_000;

/**
 * Adds to a stream what foreign keys changed by themselves, where the server does not log it.
 * At such a place it waits until everything before is settled in the store, and derives the changes from the rows there. They pass on as
 * messages like others, before anything that comes later, and before the position of their transaction (invariants 1 and 5).
 * Where a store cannot find the rows, their tables are copied again.
 */
export class Cascades {
  readonly #settled = new WeakSet<Cascade>();
  readonly #changes = new Notifier();

  constructor(
    readonly parts: PipelineParts<TableSink>, readonly letters: LetterBox, readonly copies: Copies, readonly interleaving: Interleaving,
  ) {}

  /** Everything up to these is settled. */
  settled(cascades: readonly Cascade[]): void {
    for (const cascade of cascades) this.#settled.add(cascade);
    this.#changes.notify();
  }

  async *through(stream: AsyncIterable<readonly Message[]>, signal: AbortSignal): AsyncGenerator<readonly Message[], void, undefined> {
    for await (const messages of stream) {
      for (const { run, cascades } of runsOf(messages)) {
        yield run;
        const last = cascades.at(-1);
        if (last && (!(await this.#isSettled(last, signal)) || !(yield* this.#derived(cascades, signal)))) return;
      }
    }
  }

  /** False when `signal` aborts before. */
  #isSettled(cascade: Cascade, signal: AbortSignal): Promise<boolean> {
    return this.#changes.until(() => this.#settled.has(cascade), signal);
  }

  /** Nothing that comes later is given out before what is derived is settled: a repetition must not meet its rows in a later state. */
  async *#derived(cascades: readonly Cascade[], signal: AbortSignal): AsyncGenerator<readonly Message[], boolean, undefined> {
    const { catalog } = this.parts;
    for (let from = 0; from < cascades.length;) {
      const derivation = new Derivation((table) => catalog.entity(table), this.#find, (table) => this.copies.isExact(table));
      const { version } = cascades[from]!;
      while (from < cascades.length && await derivation.add(cascades[from]!)) from++;
      for (const each of derivation.suspects) this.interleaving.suspect(each.entity, each.suspects);
      for (const doubt of derivation.doubts) this.#copyAgain(doubt, version);
      for (const part of derivation.parts) {
        for (let i = 0; i < part.length; i += atOnce) yield part.slice(i, i + atOnce);
        const end: Cascade = { op: "cascade", version, hits: [], foreignKeys: [] };
        yield [end];
        if (!(await this.#isSettled(end, signal))) return false;
      }
    }
    return true;
  }

  /** A refused row is found in its letter. Of an unheld one nothing says what it references. */
  readonly #find: FindRows = async ({ entity: table, fields }, values, upTo) => {
    const { sink, catalog } = this.parts, entity = catalog.entity(table);
    this.copies.removesUpTo(table, upTo);
    const isKnown = (key: Key, version: Version) => version <= upTo && this.copies.isRowExact(table, key, version);
    const letters = (await this.letters.of(table)).filter(({ key, version }) => isKnown(key, version));
    if (letters.some(({ change }) => !change?.after)) return null;
    const stored = await sink.rowsHolding(entity, fields, values, mostRows);
    if (!stored) return null;
    const wanted = new Set(values.map(valuesText)), found = new Map<string, Row>();
    for (const { change } of letters) {
      const row = change!.after!, held = valuesOf(row, fields);
      if (held && wanted.has(valuesText(held))) found.set(keyText(keyOf(entity, row)), row);
    }
    for (const { row, version } of stored) {
      const key = keyOf(entity, row);
      if (isKnown(key, version)) found.set(keyText(key), row);
    }
    return [...found.values()];
  };

  #copyAgain({ table, isGoneOnly, foreignKeys }: Doubt, version: Version): void {
    const { catalog, state, log } = this.parts;
    const tables = tablesBelow(foreignKeys, [table]).filter((each) => catalog.has(each));
    this.interleaving.doubt(tables);
    const isNew = tables.filter((each) => this.copies.again(each, version, isGoneOnly));
    if (isNew.length === 0) return;
    const reason = "foreign keys changed rows, and the store cannot find which";
    log.warn({ pipeline: state.name, tables: isNew, reason }, "these tables are copied again, while readers keep what is there");
    state.apply({ kind: "recopied" });
  }
}

interface Run {
  readonly run: readonly Message[];
  readonly cascades: readonly Cascade[];
}

/**
 * Cuts messages behind cascades. Those with no message between them that might change what they find are taken together, because each
 * cut waits for the store.
 */
function* runsOf(messages: readonly Message[]): Generator<Run> {
  let from = 0, cascades: Cascade[] = [];
  const below = new Set<string>();
  for (const [i, message] of messages.entries()) {
    if (cascades.length > 0 && changes(message, below)) {
      yield { run: messages.slice(from, i), cascades };
      [from, cascades] = [i, []];
      below.clear();
    }
    if (message.op !== "cascade") continue;
    cascades.push(message);
    for (const table of tablesBelow(message.foreignKeys, message.hits.map(({ foreignKey }) => foreignKey.entity))) below.add(table);
  }
  if (from < messages.length) yield { run: messages.slice(from), cascades };
}

/** Whether a message may change rows of these tables, or says that everything before it is done. */
function changes(message: Message, tables: ReadonlySet<string>): boolean {
  switch (message.op) {
    case "read": case "create": case "update": case "delete": case "unheld": return tables.has(message.entity);
    case "cascade": return false;
    case "truncate": case "commit": case "recopy": case "idle": case "connected": return true;
    default: return message satisfies never;
  }
}
