import { escapeId } from "mysql2";
import type { Entity } from "../../../schema/entity.js";
import { everyKey, type KeyRange } from "../../../schema/position.js";
import type { Survey } from "../../source.js";
import type { Reading } from "../connection/reading.js";

/** A range of fewer keys than this is not worth a reader of its own. */
const leastKeys = 5_000n;

/**
 * Estimates the rows and divides the keys into ranges, by what the server knows without reading the table.
 * Where the key is one whole number, the ranges are equal spans between the least and the greatest key. Only the server knows the order of
 * other keys, so they are one range.
 */
export async function survey(reading: Reading, database: string, entity: Entity, mostRanges: number, signal: AbortSignal): Promise<Survey> {
  const table = `${escapeId(database, true)}.${escapeId(entity.table, true)}`;
  const [plan] = await reading.rows(`EXPLAIN FORMAT=TRADITIONAL SELECT ${escapeId(entity.key[0]!, true)} FROM ${table}`, signal);
  const rows = Number(plan?.rows ?? 0);
  const [only, ...others] = entity.key, key = escapeId(only!, true);
  const kind = entity.fields[only!]!.type.kind;
  if (others.length > 0 || (kind !== "int64" && kind !== "int32")) return { rows, ranges: [everyKey] };

  const [found] = await reading.rows(`SELECT MIN(${key}) AS least, MAX(${key}) AS greatest FROM ${table}`, signal);
  if (found?.least == null) return { rows: 0, ranges: [everyKey] };
  const [least, greatest] = [BigInt(found.least as string), BigInt(found.greatest as string)];
  const parts = smaller(BigInt(mostRanges), (greatest - least) / leastKeys);
  const bounds = Array.from({ length: Math.max(0, Number(parts) - 1) }, (_, i) => least + ((greatest - least) * BigInt(i + 1)) / parts);
  return { rows, ranges: rangesBetween(bounds.map((bound) => (kind === "int32" ? Number(bound) : String(bound)))) };
}

/** The first and the last range have no end, because rows may be written beyond. */
function rangesBetween(bounds: readonly (string | number)[]): readonly KeyRange[] {
  const ends = [null, ...bounds.map((bound) => [bound]), null];
  return ends.slice(1).map((upTo, i) => ({ after: ends[i]!, upTo }));
}

const smaller = (a: bigint, b: bigint) => (a < b ? a : b);
