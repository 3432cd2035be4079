import type { Entity } from "../../../schema/entity.js";
import type { HitRank } from "../../text/ranking.js";
import type { Ask, NumberedTarget } from "../../text/search.js";
import type { Bound } from "../file/connection.js";
import { isUnheld } from "../file/errors.js";
import { codecOf, encodeValue } from "../tables/codec.js";
import { columnName } from "../tables/names.js";
import { column, columnList, rowidColumn, rowidField, searchTable, table, termTable } from "../tables/tables.js";

/** One target of a search, ready for a process that knows no entity. */
export interface TargetQuery {
  /** The target's number. */
  readonly target: number;
  /** The SQL takes an expression of FTS5 and then `values`, and gives the length of the searched texts, and the row. */
  readonly sql: string;
  readonly values: readonly Bound[];
  /** The columns to look into, and the table of all terms. */
  readonly fields: readonly string[];
  readonly terms: string;
}

interface Condition {
  readonly sql: string;
  readonly values: readonly Bound[];
}

const none: Condition = { sql: "", values: [] };

/** Null for a target that can have no hits. */
export function queryOf(target: NumberedTarget, { after, limit }: Pick<Ask, "after" | "limit">): TargetQuery | null {
  const { entity, number } = target;
  const fields = entity.search.filter((name) => target.fields.includes(name));
  const scope = scopeOf(target);
  if (scope === null) return null;
  const beyond = after ? beyondOf(entity, number, after) : none;
  const [index, rows, rowid] = [searchTable(entity), table(entity), rowidColumn(entity)];
  const length = fields.map((name) => `coalesce(length(${rows}.${column(name)}), 0)`).join(" + ");
  return {
    target: number, fields: fields.map(columnName), terms: termTable(entity), values: [...scope.values, ...beyond.values, limit],
    // The cross join makes SQLite look through the index once, and not for every row in the scope.
    sql: `SELECT * FROM (SELECT ${length} AS sluice_length, ${columnList(entity, `${rows}.`)}
      FROM ${index} CROSS JOIN ${rows} ON ${rows}.${rowid} = ${index}.rowid WHERE ${index} MATCH ? ${scope.sql})
      ${beyond.sql} ORDER BY ${["sluice_length", ...entity.key.map(column)].join(", ")} LIMIT ?`,
  };
}

/** The condition for rows in the scope; null when no row can be in it. */
function scopeOf({ entity, scope }: NumberedTarget): Condition | null {
  if (!scope) return none;
  const field = entity.fields[scope.field];
  if (!field) throw new Error(`${entity.table} has no field ${scope.field} to limit a search by`);
  try {
    const place = scope.field === rowidField(entity) ? `${searchTable(entity)}.rowid` : `${table(entity)}.${column(scope.field)}`;
    return { sql: `AND ${place} = ?`, values: [encodeValue(scope.field, field, scope.value)] };
  } catch (error) {
    if (isUnheld(error)) return null;
    throw error;
  }
}

/** Hits of equal length are ordered by target, then by key, so the target decides what is beyond a place. */
function beyondOf(of: Entity, number: number, place: HitRank): Condition {
  if (number !== place.target) return { sql: `WHERE sluice_length ${number < place.target ? ">" : ">="} ?`, values: [place.length] };
  return {
    sql: `WHERE (sluice_length, ${of.key.map(column).join(", ")}) > (?, ${of.key.map(() => "?").join(", ")})`,
    values: [place.length, ...codecOf(of).encodeKey(place.key)],
  };
}
