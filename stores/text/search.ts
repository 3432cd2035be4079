import { keyOf, type Row } from "../../schema/entity.js";
import type { SearchHit, SearchQuery, SearchSlice, SearchTarget } from "../ports.js";
import { highlightsOf } from "./highlights.js";
import { type Word, wordsOf } from "./query.js";
import { afterCursor, cursorOf, inOrder, type HitRank, scoreOf } from "./ranking.js";

/** What an engine must find: the rows of each target in which every word occurs, in the order of `inOrder`. */
export interface Ask {
  readonly words: readonly Word[];
  /** Where to look; by number, because an entity may be named twice. A target that can have no hits is left out. */
  readonly targets: readonly NumberedTarget[];
  /** Only rows that the words as typed miss, and that are found once errors are forgiven. */
  readonly forgiven: boolean;
  readonly after: HitRank | null;
  /** How many rows of each target are wanted; the first ones. */
  readonly limit: number;
}

export interface NumberedTarget extends SearchTarget {
  readonly number: number;
}

export interface Found {
  readonly target: number;
  readonly length: number;
  readonly row: Row;
}

interface Candidate extends HitRank {
  readonly row: Row;
}

/** The search of every engine, so that all find the same, in the same order and with the same highlights. */
export async function searchBy(query: SearchQuery, find: (ask: Ask) => Promise<readonly Found[]>): Promise<SearchSlice> {
  const cursor = query.after === null ? null : afterCursor(query.after, query.targets);
  const words = wordsOf(query.text);
  const targets = query.targets.map((target, number) => ({ ...target, number })).filter(isAnswerable);
  if (words.length === 0 || targets.length === 0) return { hits: [], more: false };

  // One hit more than a page. Typing errors are forgiven only when the hits as typed leave room.
  const wanted = query.limit + 1;
  const best = async (forgiven: boolean, limit: number): Promise<readonly Candidate[]> => {
    const found = await find({ words, targets, forgiven, after: cursor?.forgiven === forgiven ? cursor : null, limit });
    return found.map(({ target, length, row }) => ({ forgiven, length, target, key: keyOf(query.targets[target]!.entity, row), row }))
      .toSorted(inOrder).slice(0, limit);
  };
  const typed = cursor?.forgiven ? [] : await best(false, wanted);
  const isForgiving = typed.length < wanted && words.some(({ forgiving }) => forgiving);
  const hits = isForgiving ? [...typed, ...await best(true, wanted - typed.length)] : typed;
  return { hits: hits.slice(0, query.limit).map((hit) => hitOf(query.targets[hit.target]!, words, hit)), more: hits.length > query.limit };
}

/** Whether the target can have hits: it has a field to look into, and its scope is not null, because no row is in such a scope. */
function isAnswerable({ entity, fields, scope }: SearchTarget): boolean {
  return entity.search.some((name) => fields.includes(name)) && (scope === null || scope.value !== null);
}

function hitOf({ entity, fields }: SearchTarget, words: readonly Word[], hit: Candidate): SearchHit {
  const { row, forgiven } = hit;
  return { entity, row, score: scoreOf(hit), highlights: highlightsOf(entity, fields, row, words, forgiven), cursor: cursorOf(hit) };
}
