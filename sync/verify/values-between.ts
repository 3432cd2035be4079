import { type Entity, type Key, type Row, keyText } from "../../schema/entity.js";
import type { Position } from "../../schema/position.js";
import type { Source } from "../source.js";

/** The log is read to a place that was there when it was asked for, so this is a server that hangs. */
const patienceMs = 60_000;

/**
 * By key text, everything the rows of these keys were between two positions, the value at `from` first; keys without a change are
 * absent, null is no row (or one that no store can hold). The log itself says so: two equal looks at a row do not, since it may have
 * changed and changed back between them.
 */
export async function valuesBetween(
  source: Source, entity: Entity, keys: readonly Key[], from: Position, to: Position, signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly (Row | null)[]>> {
  const values = new Map<string, (Row | null)[]>();
  if (keys.length === 0 || source.reached(from, to)) return values;
  const asked = new Set(keys.map(keyText));
  const add = (text: string, before: Row | null, after: Row | null) => {
    if (!asked.has(text)) return;
    const known = values.get(text) ?? [before];
    known.push(after);
    values.set(text, known);
  };
  for await (const messages of source.stream(from, AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]))) {
    for (const message of messages) {
      switch (message.op) {
        case "commit":
          if (source.reached(message.position, to)) return values;
          break;
        case "truncate":
          if (message.entity === entity.table) for (const text of asked) add(text, null, null);
          break;
        case "unreadable":
          if (message.entity === entity.table) add(keyText(message.key), null, null);
          break;
        case "read": case "create": case "update": case "delete":
          if (message.entity === entity.table) add(keyText(message.key), message.before, message.after);
          break;
        case "idle": break;
        default: message satisfies never;
      }
    }
  }
  signal.throwIfAborted();
  throw new Error(`${source.name} did not send its binary log up to ${to.gtids || `${to.file}:${to.offset}`} within ${patienceMs / 1000} s`);
}
