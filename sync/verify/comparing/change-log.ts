import { type Entity, type Key, type Row, keyText } from "../../../schema/entity.js";
import { tablesBelow } from "../../../schema/foreign-key.js";
import type { Position } from "../../../schema/position.js";
import { type RowsAsOf, rowsAsOf } from "../../reading/rows-as-of.js";
import type { Source } from "../../source.js";

/** The log is read to a place that it already had, so a server that needs longer hangs. */
const patienceMs = 60_000;

export interface Values {
  /** By key text. */
  readonly since: ReadonlyMap<string, readonly (Row | null)[]>;
  /** A foreign key may have changed any of the rows, which the log does not tell. */
  readonly isCascaded: boolean;
}

/**
 * What the source's log says of single rows. It serves one caller at a time: the server takes two
 * readers of one source for one that has come again.
 */
export class ChangeLog {
  #turn: Promise<unknown> = Promise.resolve();

  constructor(readonly source: Source, readonly signal: AbortSignal) {}

  /**
   * By key text, every value of these rows from a head of this source until now, the value there first. Keys without a change are absent;
   * null is no row (or one that no store can hold).
   * Two equal looks at a row would not do, because it may have changed and changed back between them.
   */
  async valuesSince(from: Position, entity: Entity, keys: readonly Key[]): Promise<Values> {
    const to = await this.source.head();
    if (keys.length === 0 || this.source.reached(from, to)) return { since: new Map(), isCascaded: false };
    return this.#inTurn(() => valuesBetween(this.source, entity, keys, from, to, this.signal));
  }

  /** Rows as they are now, and the place in the log to write them at into a store that is at this position. */
  asOf(position: Position, entity: Entity, keys: readonly Key[]): Promise<RowsAsOf> {
    return this.#inTurn(() => rowsAsOf(this.source, position, entity, keys, this.signal));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

async function valuesBetween(
  source: Source, entity: Entity, keys: readonly Key[], from: Position, to: Position, signal: AbortSignal,
): Promise<Values> {
  const values = new Map<string, (Row | null)[]>();
  let isCascaded = false;
  const asked = new Set(keys.map(keyText));
  const add = (text: string, before: Row | null, after: Row | null) => {
    if (!asked.has(text)) return;
    const known = values.get(text) ?? [before];
    known.push(after);
    values.set(text, known);
  };
  for await (const messages of source.stream(withoutGtids(from), AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]))) {
    for (const message of messages) {
      switch (message.op) {
        case "commit":
          if (source.reached(withoutGtids(message.position), withoutGtids(to))) return { since: values, isCascaded };
          break;
        case "truncate":
          if (message.entity === entity.table) for (const text of asked) add(text, null, null);
          break;
        case "unheld":
          if (message.entity === entity.table) add(keyText(message.key), null, null);
          break;
        case "read": case "create": case "update": case "delete":
          if (message.entity === entity.table) add(keyText(message.key), message.before, message.after);
          break;
        case "cascade":
          isCascaded ||= tablesBelow(message.foreignKeys, message.hits.map(({ foreignKey }) => foreignKey.entity)).includes(entity.table);
          break;
        case "recopy": case "idle": case "connected": break;
        default: message satisfies never;
      }
    }
  }
  signal.throwIfAborted();
  throw new Error(
    `${source.name} did not send its binary log up to ${to.gtids || `${to.file}:${to.offset}`} within ${patienceMs / 1000} s`,
  );
}

/** Finds a place by file and offset, which a server does at once; for a set of GTIDs it reads the file from its beginning. */
function withoutGtids(position: Position): Position {
  return { ...position, gtids: "" };
}
