import type { SearchHit, SearchQuery, SearchStore } from "../ports.js";
import { codecOf } from "./codec.js";
import type { Bound, Connection } from "./connection.js";
import { highlightsOf } from "./highlights.js";
import { afterCursor, cursorOf, inOrder, type Place, scoreOf } from "./ranking.js";
import { expressionOf, type Word, wordsOf } from "./search-words.js";
import { columnList, quoted, rowidColumn, searchTable } from "./tables.js";
import { type Condition, type Target, targetOf } from "./targets.js";
import { neighboursFor, variantsOf } from "./variants.js";

interface Candidate extends Place {
  readonly expression: string;
}

export function searchStoreOf(db: Connection): SearchStore {
  return {
    async search(query) {
      const words = wordsOf(query.text);
      const cursor = query.after === null ? null : afterCursor(query.after);
      if (!words || words.length === 0) return { hits: [], more: false };
      return db.attempt("searching", () => db.transaction("read", () => {
        const targets = query.targets.map(targetOf);
        const best = bestOf(db, query, targets, words, cursor);
        return { hits: best.slice(0, query.limit).map((candidate) => hitOf(db, targets[candidate.target]!, candidate)), more: best.length > query.limit };
      }));
    },
  };
}

/** One more than a page. What was found as typed comes first; typing errors are forgiven only when that leaves room. */
function bestOf(db: Connection, { limit }: SearchQuery, targets: readonly (Target | null)[], words: readonly Word[], cursor: Place | null): Candidate[] {
  const wanted = limit + 1, seesAll = targets.every((target) => !target || isWhole(target)), perWord = neighboursFor(words.length * targets.length);
  const typed = cursor?.forgiven ? [] : targets.flatMap((target, i) =>
    (target ? candidatesIn(db, target, seesAll, expressionOf(words, target.fields), { forgiven: 0, target: i }, cursor, wanted) : [])).sort(inOrder);
  if (typed.length >= wanted) return typed.slice(0, wanted);

  const forgiven = targets.flatMap((target, i) => {
    if (!target) return [];
    const variants = new Map(words.map((word) => [word, variantsOf(db, target.entity, target.fields, word, perWord)]));
    if ([...variants.values()].every((known) => known.length === 0)) return [];
    const expression = `(${expressionOf(words, target.fields, variants)}) NOT (${expressionOf(words, target.fields)})`;
    return candidatesIn(db, target, seesAll, expression, { forgiven: 1, target: i }, cursor?.forgiven ? cursor : null, wanted);
  }).sort(inOrder);
  return [...typed, ...forgiven].slice(0, wanted);
}

/** The best `limit` rows of one target that come after the cursor. */
function candidatesIn(db: Connection, target: Target, seesAll: boolean, expression: string, tier: Pick<Place, "forgiven" | "target">, cursor: Place | null, limit: number): Candidate[] {
  const beyond = beyondOf(cursor, tier.target);
  const found = db.statement(`WITH matching AS MATERIALIZED (${matching(target, seesAll)})
    SELECT weight, id FROM matching ${beyond?.sql ?? ""} ORDER BY weight, id LIMIT ?`)
    .all([expression, ...target.scope?.values ?? [], ...beyond?.values ?? [], limit]);
  return found.map(([weight, id]) => ({ ...tier, weight: weight as number, id: id as bigint, expression }));
}

/** What matches an expression, each row with its weight. The cross join has the index looked through once, and not for every row in the scope. */
export function matching(target: Target, seesAll: boolean): string {
  const { entity, scope } = target;
  const [index, table, rowid] = [searchTable(entity), quoted(entity.table), quoted(rowidColumn(entity))];
  return `SELECT ${seesAll ? `bm25(${index})` : byLength(target)} AS weight, ${index}.rowid AS id
    FROM ${index} ${seesAll ? "" : `CROSS JOIN ${table} ON ${table}.${rowid} = ${index}.rowid`} WHERE ${index} MATCH ? ${scope?.sql ?? ""}`;
}

function isWhole({ entity, fields, scope }: Target): boolean {
  return scope === null && fields.length === entity.search.length;
}

/**
 * Shorter texts first. bm25 goes by how long all texts of a row are and by how many rows have a word: to who may not see all of them it would tell of
 * the others (invariant 6).
 */
function byLength({ entity, fields }: Target): string {
  return `-1.0 / (1 + (${fields.map((name) => `coalesce(length(${quoted(entity.table)}.${quoted(name)}), 0)`).join(" + ")}) / 100.0)`;
}

/** Equal weight goes by target, then by rowid; so what is beyond the cursor depends on the target. */
function beyondOf(cursor: Place | null, target: number): Condition | null {
  if (!cursor) return null;
  if (target === cursor.target) return { sql: "WHERE (weight, id) > (?, ?)", values: [cursor.weight, cursor.id] };
  return { sql: `WHERE weight ${target < cursor.target ? ">" : ">="} ?`, values: [cursor.weight] };
}

function hitOf(db: Connection, { entity, fields }: Target, candidate: Candidate): SearchHit {
  const row: Bound[] | undefined = db.statement(`SELECT ${columnList(entity)} FROM ${quoted(entity.table)} WHERE ${quoted(rowidColumn(entity))} = ?`)
    .first([candidate.id]);
  if (!row) throw new Error(`${db.file}: the search index of ${entity.table} names row ${candidate.id}, which is not there; remove the file and let sync fill it again`);
  return {
    entity,
    row: codecOf(entity).decode(row),
    score: scoreOf(candidate),
    highlights: highlightsOf(db, entity, fields, candidate.expression, candidate.id),
    cursor: cursorOf(candidate),
  };
}
